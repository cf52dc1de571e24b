namespace FalcoStreamer.Knowledge;

/// <summary>
/// What is known about one of Falco's rules, for an alert that no behaviour explains. Read from the files in Rules/; docs/knowledge.md describes
/// the file. Texts may hold placeholders such as <c>{pod}</c> or <c>{fd.name}</c>, which the report fills in; a text that cannot be filled is left out.
/// </summary>
internal sealed record RuleGuide
{
    /// <summary>The rule's name as Falco writes it.</summary>
    public required string Rule { get; init; }

    /// <summary>The file that it was read from; empty for one that was made otherwise.</summary>
    public string File { get; init; } = "";

    /// <summary>Where in <see cref="File"/> it begins.</summary>
    public int Line { get; init; }

    /// <summary>Other names under which the same rule goes round.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    public required RuleMaturity Maturity { get; init; }

    public required RuleFamily Family { get; init; }

    /// <summary>What happened, in the past tense and without a place, e.g. <c>{process} opened {fd.name} for writing</c>; the first that can be filled.</summary>
    public required IReadOnlyList<string> Happened { get; init; }

    /// <summary>What the rule really looks for, in one or two sentences.</summary>
    public required string Detects { get; init; }

    /// <summary>What most often sets it off.</summary>
    public required IReadOnlyList<Advice> UsualCauses { get; init; }

    /// <summary>What would make it serious.</summary>
    public required IReadOnlyList<Advice> SeriousWhen { get; init; }

    /// <summary>What to look at first; commands are marked as such.</summary>
    public required IReadOnlyList<Advice> CheckFirst { get; init; }

    /// <summary>What to do when the check does not clear it.</summary>
    public required IReadOnlyList<Advice> Actions { get; init; }

    /// <summary>The fields of a narrow exception for a harmless incident of this rule.</summary>
    public required IReadOnlyList<string> ExceptionFields { get; init; }

    /// <summary>ATT&amp;CK technique IDs.</summary>
    public IReadOnlyList<string> Attack { get; init; } = [];

    /// <summary>Something about the rule itself that a reader should know, or null.</summary>
    public string? Note { get; init; }

    /// <summary>Where the knowledge comes from.</summary>
    public required IReadOnlyList<string> Sources { get; init; }
}

/// <summary>One text of a <see cref="RuleGuide"/>.</summary>
/// <param name="Text">A whole sentence, or a command for a shell.</param>
/// <param name="IsCommand">Whether it is a command, so that its values are quoted for a shell.</param>
/// <param name="When">
/// All must be answered yes, else the text does not fit this alert and is left out. Of what makes an alert serious, a text with conditions says
/// something that holds here; one without says what would have to hold.
/// </param>
/// <param name="OnlyLive">Whether it makes no sense once the pod is gone.</param>
internal sealed record Advice(string Text, bool IsCommand, IReadOnlyList<Predicate> When, bool OnlyLive = false);

/// <summary>How settled a rule is, which says how much noise to expect of it.</summary>
internal enum RuleMaturity
{
    /// <summary>Shipped with Falco and switched on.</summary>
    Stable,

    /// <summary>For people who choose it; wider than a stable rule.</summary>
    Incubating,

    /// <summary>An experiment; mostly in need of tuning.</summary>
    Sandbox,

    /// <summary>Falco's word about itself.</summary>
    Internal,

    /// <summary>Not one of Falco's, but copied from cluster to cluster.</summary>
    Copied,

    /// <summary>A user's own.</summary>
    Custom,
}

/// <summary>What kind of event a rule is about, and so which fields describe one of its alerts exactly.</summary>
internal enum RuleFamily
{
    /// <summary>A program was started.</summary>
    Exec,

    /// <summary>A file was opened, made, renamed or removed.</summary>
    File,

    /// <summary>A connection.</summary>
    Net,

    /// <summary>Another system call.</summary>
    Syscall,

    /// <summary>A container was started.</summary>
    Start,

    /// <summary>A program was started outside containers.</summary>
    Host,

    /// <summary>No event at all: Falco about itself.</summary>
    Internal,
}
