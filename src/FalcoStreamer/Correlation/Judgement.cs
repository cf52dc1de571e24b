using FalcoStreamer.Alerts;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Correlation;

/// <summary>What an incident is taken for, and why.</summary>
internal sealed record Judgement
{
    public required Verdict Verdict { get; init; }

    /// <summary>How sure the verdict is, from 0 to 1, by the formula in <see cref="Confidence"/>.</summary>
    public required double Confidence { get; init; }

    /// <summary>The behaviour that matches or is imitated; null for something unknown.</summary>
    public Behaviour? Behaviour { get; init; }

    /// <summary>True when something pretends to be <see cref="Behaviour"/>.</summary>
    public bool IsImitation { get; init; }

    /// <summary>What speaks for <see cref="Behaviour"/>, the weightiest first.</summary>
    public IReadOnlyList<Evidence> For { get; init; } = [];

    /// <summary>What speaks against it, the weightiest first. Where an imitation is seen, the first one gave it away.</summary>
    public IReadOnlyList<Evidence> Against { get; init; } = [];

    /// <summary>What would have decided more but was not in the alert or not known of the pod: e.g. "the parent process (proc.pname)".</summary>
    public IReadOnlyList<string> Unseen { get; init; } = [];

    /// <summary>Where in the container's specification the command stands, e.g. <c>livenessProbe</c>; null where it does not.</summary>
    public string? SpecPlace { get; init; }

    /// <summary>Who was behind it, by the API server's audit log; null where that is not known.</summary>
    public Attribution? Attribution { get; init; }

    /// <summary>True when the alert came in the rhythm of the probe whose command it is.</summary>
    public bool IsInRhythm { get; init; }

    /// <summary>
    /// Whether this judgement of a later alert proves what an <paramref name="earlier"/> one of the same incident left likely: a rhythm shows only after
    /// some runs, and then speaks for all of them. Where anything spoke against an alert, nothing later takes that back.
    /// </summary>
    public bool Proves(Judgement earlier) =>
        IsInRhythm && Verdict == Verdict.Benign && earlier.Verdict == Verdict.LikelyBenign && earlier.Against.Count == 0 && earlier.Behaviour == Behaviour;

    /// <summary>What happened, in order of time, where several alerts together make the judgement; empty otherwise.</summary>
    public IReadOnlyList<StoryLine> Story { get; init; } = [];

    /// <summary>Which incidents the story joins; null where there is none.</summary>
    public SequenceLink? Sequence { get; init; }

    /// <summary>Whether a harmless behaviour explains it.</summary>
    public bool IsExplained => Verdict <= Verdict.LikelyBenign;
}

/// <summary>One line of the story that several alerts tell.</summary>
/// <param name="Where">What that alert was about.</param>
/// <param name="IsExplained">Whether a harmless behaviour explains that alert by itself.</param>
/// <param name="Command">The beginning of that alert's command line; null where it has none.</param>
internal sealed record StoryLine(AlertTime Time, string Step, string Rule, AlertId Alert, Subject Where, bool IsExplained = false, string? Command = null)
{
    private const int MostOfCommand = 160;

    /// <summary>What a story shows of an alert's command line.</summary>
    public static string? CommandOf(FalcoAlert alert) => alert.Field("proc.cmdline"u8).ToStringOrNull() is { Length: > 0 } command
        ? command.Length > MostOfCommand ? $"{command.AsSpan(0, MostOfCommand)}…" : command
        : null;
}

/// <summary>Joins the incidents of one story.</summary>
/// <param name="Id">The same for all of them: the ID of the incident that leads, to which further alerts of the story go.</param>
/// <param name="Leader">What the leading incident is about.</param>
internal sealed record SequenceLink(string Id, Subject Leader);
