using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Reporting;

namespace FalcoStreamer.Sinks;

/// <summary>
/// Where reports go. A sink only knows how to send: its queue decides what waits, what is tried again and what is dropped.
/// </summary>
internal interface ISink
{
    /// <summary>The name in configuration, metrics and logs.</summary>
    string Name { get; }

    /// <summary>Whether it wants every alert, or only incidents.</summary>
    bool WantsAlerts { get; }

    /// <summary>Whether it tells the storage itself when it has told the end of an incident, because that may be long after it got the record.</summary>
    bool SettlesIncidents => false;

    /// <summary>Sends records in their order. Called by one caller at a time.</summary>
    /// <exception cref="SinkException">They were not taken; it says whether trying again makes sense.</exception>
    Task SendAsync(IReadOnlyList<SinkRecord> records, CancellationToken cancellation);

    /// <summary>When a sink that holds something back by itself wants to be called again, without records if there are none; null when it does not.</summary>
    TimeSpan? DueIn => null;

    /// <summary>Sends what the sink holds back by itself; called once, at the end.</summary>
    Task FlushAsync(CancellationToken cancellation) => Task.CompletedTask;
}

/// <summary>Something that a sink is given.</summary>
internal abstract record SinkRecord;

/// <summary>An alert with what it is about.</summary>
/// <param name="IncidentId">The incident it belongs to.</param>
/// <param name="Received">When we received it.</param>
internal sealed record AlertRecord(FalcoAlert Alert, Subject Subject, string IncidentId, AlertTime Received) : SinkRecord;

/// <summary>An incident that has opened or changed.</summary>
/// <param name="Observed">When the change was seen.</param>
internal sealed record ReportRecord(IncidentReport Report, IncidentChangeKind Change, AlertTime Observed) : SinkRecord;

/// <summary>A sink could not send.</summary>
/// <param name="isTransient">Whether the same records may pass later.</param>
/// <param name="retryAfter">How long the receiver asked us to wait.</param>
internal sealed class SinkException(string message, bool isTransient, TimeSpan? retryAfter = null, Exception? inner = null)
    : Exception(message, inner)
{
    public bool IsTransient { get; } = isTransient;

    public TimeSpan? RetryAfter { get; } = retryAfter;
}
