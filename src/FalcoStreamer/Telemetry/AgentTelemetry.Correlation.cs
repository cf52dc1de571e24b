using System.Diagnostics.Metrics;
using FalcoStreamer.Correlation;

namespace FalcoStreamer.Telemetry;

/// <content>Correlation: 3xx.</content>
internal sealed partial class AgentTelemetry
{
    private Counter<long> _incidentChanges = null!;
    private Counter<long> _evictions = null!;
    private Counter<long> _repeats = null!;

    /// <summary>An incident has opened or changed.</summary>
    public void IncidentChanged(IncidentChangeKind kind, Verdict verdict) => _incidentChanges.Add(
        1,
        new KeyValuePair<string, object?>("change", WordOf(kind)),
        new KeyValuePair<string, object?>("verdict", verdict.Word()));

    /// <summary>An alert came that is known already, by whichever way.</summary>
    public void AlertRepeated(string source)
    {
        _repeats.Add(1, new KeyValuePair<string, object?>("source", source));
        _book.Source(source).Collapsed(1);
    }

    /// <summary>An alert could not wait for its pod as long as it should: too many were waiting.</summary>
    public void AlertLeftWaitingRoomEarly() => _evictions.Add(1, new KeyValuePair<string, object?>("what", "waiting-alert"));

    /// <summary>Incidents were closed, or sequences forgotten, early: too many were open.</summary>
    public void CorrelatorForgot(long count) => _evictions.Add(count, new KeyValuePair<string, object?>("what", "incident"));

    private static string WordOf(IncidentChangeKind kind) => kind switch
    {
        IncidentChangeKind.Opened => "opened",
        IncidentChangeKind.Grown => "grown",
        IncidentChangeKind.Rejudged => "rejudged",
        _ => "closed",
    };

    private partial void CreateCorrelationInstruments()
    {
        _incidentChanges = _meter.CreateCounter<long>("falcostreamer.incident.changes", "{change}", "Changes of incidents by kind and verdict.");
        _repeats = _meter.CreateCounter<long>("falcostreamer.alerts.repeated", "{alert}", "Alerts that had come before, by the same source or another.");
        _evictions = _meter.CreateCounter<long>("falcostreamer.evictions", "{item}", "Things forgotten early because too much was held.");
    }
}
