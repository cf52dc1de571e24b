using FalcoStreamer.Alerts;
using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Correlation;

/// <summary>
/// One or more alerts with one cause on one subject, as they stood at one moment. Immutable; the correlator makes a new
/// one, with the same <see cref="Id"/>, when something has changed.
/// </summary>
internal sealed record Incident
{
    /// <summary>32 hexadecimal digits; the same alerts give the same ID on every run.</summary>
    public required string Id { get; init; }

    public required Subject Subject { get; init; }

    public required Judgement Judgement { get; init; }

    /// <summary>The first alert: it stands for the incident where one is shown.</summary>
    public required FalcoAlert First { get; init; }

    /// <summary>The rules of all its alerts, in the order of their first appearance.</summary>
    public required IReadOnlyList<string> Rules { get; init; }

    /// <summary>The most serious priority of all its alerts.</summary>
    public required Priority Priority { get; init; }

    /// <summary>How many alerts.</summary>
    public required long Count { get; init; }

    public required AlertTime FirstTime { get; init; }

    public required AlertTime LastTime { get; init; }

    /// <summary>Alerts that differ in rule or command, at most eight, with how often each was seen.</summary>
    public required IReadOnlyList<AlertSample> Samples { get; init; }

    /// <summary>The IDs of its alerts; the agent keeps only the first of them (<c>correlation.alertIds</c>).</summary>
    public required IReadOnlyList<AlertId> Alerts { get; init; }
}

/// <summary>One of several different alerts of an incident.</summary>
internal sealed record AlertSample(FalcoAlert Alert, long Count);

/// <summary>What happened to an incident.</summary>
internal enum IncidentChangeKind
{
    Opened,

    /// <summary>Further alerts have joined; said at most once a <c>correlation.quietPeriod</c>.</summary>
    Grown,

    /// <summary>The verdict, or what it rests on, has changed.</summary>
    Rejudged,

    /// <summary>It stayed quiet; its numbers are final.</summary>
    Closed,
}

/// <summary>A change of an incident, in the order in which the changes happened.</summary>
internal readonly record struct IncidentChange(IncidentChangeKind Kind, Incident Incident);
