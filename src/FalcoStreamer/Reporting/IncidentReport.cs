using FalcoStreamer.Correlation;

namespace FalcoStreamer.Reporting;

/// <summary>
/// An incident written out for people, before it takes the form of a sink: each text is plain and still holds what Falco said unchanged,
/// so each renderer must neutralise it for its own edge.
/// </summary>
internal sealed record IncidentReport
{
    public required Incident Incident { get; init; }

    /// <summary>A whole sentence that stands alone.</summary>
    public required string Headline { get; init; }

    /// <summary>What it most probably is, in one paragraph.</summary>
    public required string Explanation { get; init; }

    /// <summary>What an imitation pretends to be, told as it is where it is genuine; null for everything else.</summary>
    public string? Comparison { get; init; }

    /// <summary>What the rule's guide says about it; null when a behaviour explains it or the rule is not known.</summary>
    public RuleGuidance? Guidance { get; init; }

    /// <summary>What the rules of the incident detect, where a behaviour explains it and so says something else.</summary>
    public IReadOnlyList<RuleMeaning> Detections { get; init; } = [];

    /// <summary>What to do now, the first thing first.</summary>
    public required IReadOnlyList<string> Actions { get; init; }

    /// <summary>Commands with every name filled in, quoted for a shell.</summary>
    public required IReadOnlyList<string> Commands { get; init; }

    /// <summary>What this container's specification lacks and its workload would survive.</summary>
    public required IReadOnlyList<string> Hardening { get; init; }

    /// <summary>Narrow exceptions that load in Falco, one a rule; empty where one would be wrong.</summary>
    public IReadOnlyList<ExceptionEntry> Exceptions { get; init; } = [];

    /// <summary><see cref="Exceptions"/> as YAML; null where there are none.</summary>
    public required string? Exception { get; init; }

    /// <summary>ATT&amp;CK technique IDs.</summary>
    public required IReadOnlyList<string> Attack { get; init; }
}
