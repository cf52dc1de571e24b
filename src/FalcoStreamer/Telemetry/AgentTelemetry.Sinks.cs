using System.Diagnostics.Metrics;

namespace FalcoStreamer.Telemetry;

/// <content>Sinks: 5xx.</content>
internal sealed partial class AgentTelemetry
{
    private Counter<long> _sinkRecords = null!;
    private Counter<long> _kubernetesEvents = null!;

    private partial void CreateSinkInstruments()
    {
        _sinkRecords = _meter.CreateCounter<long>("falcostreamer.sink.records", "{record}", "Records by sink and outcome.");
        _kubernetesEvents = _meter.CreateCounter<long>(
            "falcostreamer.kubernetes.events", "{report}", "Reports by what became of them as Kubernetes Events.");
    }

    /// <summary>Records were taken by a sink.</summary>
    public void RecordsSent(string sink, int count)
    {
        CountRecords(sink, "sent", count);
        SinkTookRecords(sink);
    }

    /// <summary>Records are lost: the sink refused them for good.</summary>
    public void RecordsRefused(string sink, int count, Exception reason)
    {
        CountRecords(sink, "refused", count);
        LogRecordsRefused(_logger, sink, count, reason.Message);
    }

    /// <summary>An Event was written; <paramref name="outcome"/> is <c>created</c> or <c>patched</c>.</summary>
    public void EventWritten(string outcome) => CountEvents(outcome, 1);

    /// <summary>The API server has the Event as it should be already.</summary>
    public void EventUnchanged() => CountEvents("unchanged", 1);

    /// <summary>Newer states took the place of some that waited.</summary>
    public void EventsSuperseded(long count) => CountEvents("superseded", count);

    /// <summary>The budget lets a report wait. It is counted again when it is written.</summary>
    public void EventHeldBack() => CountEvents("held_back", 1);

    /// <summary>An incident about our own pod gets no Event.</summary>
    public void EventAboutOurselves() => CountEvents("own_pod", 1);

    /// <summary>An incident of a plugin's source that is about no pod gets no Event: no object would be the right one.</summary>
    public void EventWithoutObject() => CountEvents("no_object", 1);

    /// <summary>Which Events belong to old incidents was forgotten to bound the memory; nothing is lost.</summary>
    public void EventsForgotten(long count) => CountEvents("forgotten", count);

    /// <summary>Too many Events wait for the budget: the least serious are not written.</summary>
    public void EventsDropped(long count, bool isNewBurst)
    {
        CountEvents("dropped", count);
        if (isNewBurst)
        {
            LogEventsDropped(_logger);
        }
    }

    /// <summary>The Event's namespace is gone or going.</summary>
    public void EventWithoutNamespace(string answer)
    {
        CountEvents("namespace_gone", 1);
        LogEventWithoutNamespace(_logger, answer);
    }

    /// <summary>Our role lacks a verb; <paramref name="isNewBurst"/> says whether the log should hear of it.</summary>
    public void EventForbidden(string verb, string answer, bool isNewBurst)
    {
        CountEvents("forbidden", 1);
        if (isNewBurst)
        {
            LogEventForbidden(_logger, verb, answer);
        }
    }

    /// <summary>The API server will never take an Event.</summary>
    public void EventRefused(string verb, string answer, bool isNewBurst)
    {
        CountEvents("refused", 1);
        if (isNewBurst)
        {
            LogEventRefused(_logger, verb, answer);
        }
    }

    /// <summary>The agent ends while Events wait.</summary>
    public void EventsNeverWritten(int count)
    {
        CountEvents("never_written", count);
        LogEventsNeverWritten(_logger, count);
    }

    [LoggerMessage(501, LogLevel.Error, "The sink {Sink} refused {Count} records for good, they are lost: {Reason}")]
    private static partial void LogRecordsRefused(ILogger logger, string sink, int count, string reason);

    [LoggerMessage(502, LogLevel.Error, "Kubernetes Events cannot be written: the agent's role lacks the verb {Verb} on events. Grant it, or set sinks.kubernetesEvents.enabled to false. The API server says: {Answer}")]
    private static partial void LogEventForbidden(ILogger logger, string verb, string answer);

    [LoggerMessage(503, LogLevel.Error, "The API server refuses an Event for good ({Verb}): {Answer}")]
    private static partial void LogEventRefused(ILogger logger, string verb, string answer);

    [LoggerMessage(504, LogLevel.Error, "Too many Events wait for their budget: the newest state of the least serious is not written.")]
    private static partial void LogEventsDropped(ILogger logger);

    [LoggerMessage(505, LogLevel.Debug, "An Event has no namespace to be written to: {Answer}")]
    private static partial void LogEventWithoutNamespace(ILogger logger, string answer);

    [LoggerMessage(506, LogLevel.Error, "The agent ends while the newest state of {Count} Events is unwritten.")]
    private static partial void LogEventsNeverWritten(ILogger logger, int count);

    private void CountEvents(string outcome, long count)
    {
        if (count > 0)
        {
            _kubernetesEvents.Add(count, new KeyValuePair<string, object?>("outcome", outcome));
        }
    }

    private void CountRecords(string sink, string outcome, long count) => _sinkRecords.Add(
        count,
        new KeyValuePair<string, object?>("sink", sink),
        new KeyValuePair<string, object?>("outcome", outcome));
}
