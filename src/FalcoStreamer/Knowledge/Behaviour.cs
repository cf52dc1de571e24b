namespace FalcoStreamer.Knowledge;

/// <summary>
/// Something that is known to happen: a harmless behaviour with its imitations, or an attack. Read from the files in Behaviours/; docs/knowledge.md
/// describes the file. Texts may hold placeholders such as <c>{pod}</c>, which the report fills in.
/// </summary>
internal sealed record Behaviour
{
    public required string Id { get; init; }

    /// <summary>What it is, in a few words.</summary>
    public required string Title { get; init; }

    public required BehaviourNature Nature { get; init; }

    /// <summary>The first line of a report when it matches: a whole sentence.</summary>
    public required string Headline { get; init; }

    /// <summary>The first line of a report about an imitation; null where none can be told.</summary>
    public string? ImitationHeadline { get; init; }

    /// <summary>Why it happens.</summary>
    public required string Why { get; init; }

    /// <summary>All must hold, else the behaviour says nothing at all: neither that something is it nor that something imitates it. They count nothing.</summary>
    public IReadOnlyList<Predicate> Scope { get; init; } = [];

    /// <summary>
    /// If one of these holds, the behaviour says nothing of the alert. For attacks: what everyday things have that look like one. What is not known
    /// excuses nothing.
    /// </summary>
    public IReadOnlyList<Predicate> Unless { get; init; } = [];

    /// <summary>All must hold, else it is not this behaviour.</summary>
    public IReadOnlyList<Predicate> When { get; init; } = [];

    /// <summary>If one of these holds while <see cref="When"/> does not, something imitates the behaviour.</summary>
    public IReadOnlyList<Predicate> Resembles { get; init; } = [];

    public IReadOnlyList<Predicate> For { get; init; } = [];

    public IReadOnlyList<Predicate> Against { get; init; } = [];

    /// <summary>The steps of a sequence; empty for what one alert shows.</summary>
    public IReadOnlyList<SequenceStep> Steps { get; init; } = [];

    /// <summary>Where all steps of a sequence have to be.</summary>
    public SequenceRange Within { get; init; }

    /// <summary>Whether <see cref="Steps"/> count in any order: then it is their number within <see cref="Window"/> that makes the sequence.</summary>
    public bool AnyOrder { get; init; }

    /// <summary>
    /// On pods of how many different owners of one node the same unexplained alert makes this; 0 for everything that is no such spread.
    /// </summary>
    public int MinimumOwners { get; init; }

    /// <summary>How many of <see cref="Steps"/> make the sequence.</summary>
    public int MinimumSteps { get; init; }

    /// <summary>How long a sequence may take.</summary>
    public TimeSpan Window { get; init; }

    /// <summary>How long an incident of this behaviour stays open without an alert; null means <c>correlation.quietPeriod</c>.</summary>
    public TimeSpan? QuietPeriod { get; init; }

    /// <summary>What to do when it matches, the first thing first.</summary>
    public IReadOnlyList<string> Actions { get; init; } = [];

    /// <summary>What to do about an imitation.</summary>
    public IReadOnlyList<string> ImitationActions { get; init; } = [];

    /// <summary>Commands that show more; placeholders are quoted for a shell.</summary>
    public IReadOnlyList<string> Commands { get; init; } = [];

    /// <summary>Hardening that the workload would not survive, as field names of a security context, e.g. <c>runAsNonRoot</c>; <c>all</c> for every one.</summary>
    public IReadOnlyList<string> NeedsPrivileges { get; init; } = [];

    /// <summary>The fields of a narrow Falco exception; empty where none is right.</summary>
    public IReadOnlyList<string> ExceptionFields { get; init; } = [];

    /// <summary>ATT&amp;CK technique IDs.</summary>
    public IReadOnlyList<string> Attack { get; init; } = [];

    /// <summary>Where the knowledge comes from.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>The file that it was read from; empty for one that was made in the program.</summary>
    public string File { get; init; } = "";

    /// <summary>The line of <see cref="File"/> in which it begins.</summary>
    public int Line { get; init; }

    /// <summary>Every question that it asks, those in groups and steps included.</summary>
    public IEnumerable<FieldPredicate> Questions() => new[] { Scope, Unless, When, Resembles, For, Against }
        .Concat(Steps.SelectMany(step => new[] { step.AllOf, step.AnyOf }))
        .SelectMany(predicates => predicates)
        .SelectMany(predicate => predicate.Members);
}

/// <summary>One step of a sequence.</summary>
/// <param name="Title">What happened, for the story.</param>
/// <param name="AllOf">All of them must hold.</param>
/// <param name="AnyOf">One of them must hold.</param>
/// <param name="EvenHarmless">Whether an alert that a harmless behaviour explains is this step like any other.</param>
internal sealed record SequenceStep(string Title, IReadOnlyList<Predicate> AllOf, IReadOnlyList<Predicate> AnyOf, bool EvenHarmless);

/// <summary>Where all steps of a sequence have to be.</summary>
internal enum SequenceRange
{
    /// <summary>In one container; a restarted one is the same.</summary>
    Container,

    /// <summary>In the pods of one owner, as far as they are on this node.</summary>
    Owner,

    /// <summary>Anywhere on one node, the node's own processes included.</summary>
    Node,
}

/// <summary>What a behaviour is when it is really that.</summary>
internal enum BehaviourNature
{
    /// <summary>A component does this by itself; with enough evidence the verdict is benign.</summary>
    Harmless,

    /// <summary>A person did it, and the alert cannot say whether that person may: never benign by itself.</summary>
    Unattributed,

    /// <summary>An attack's pattern.</summary>
    Attack,
}
