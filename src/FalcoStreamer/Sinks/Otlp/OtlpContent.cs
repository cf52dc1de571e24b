using FalcoStreamer.Reporting;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>What the records hold beside what they are given.</summary>
internal sealed record OtlpContent
{
    /// <summary>Renders a report for people; it neutralises what Falco said.</summary>
    public required Func<IncidentReport, string> Markdown { get; init; }

    /// <summary>The agent's version.</summary>
    public required string Version { get; init; }

    /// <summary>The UID of the cluster, or null while it is not known.</summary>
    public Func<string?> ClusterUid { get; init; } = () => null;

    public string? ClusterName { get; init; }

    /// <summary>Whether command lines leave as attributes. Falco's sentence may hold them all the same: it is the rule's.</summary>
    public bool IncludeCommandLine { get; init; } = true;
}
