using System.Diagnostics.Metrics;

namespace FalcoStreamer.Telemetry;

/// <content>Sinks: 5xx.</content>
internal sealed partial class AgentTelemetry
{
    private Counter<long> _sinkRecords = null!;

    private partial void CreateSinkInstruments()
    {
        _sinkRecords = _meter.CreateCounter<long>("falcostreamer.sink.records", "{record}", "Records by sink and outcome.");
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

    [LoggerMessage(501, LogLevel.Error, "The sink {Sink} refused {Count} records for good, they are lost: {Reason}")]
    private static partial void LogRecordsRefused(ILogger logger, string sink, int count, string reason);

    private void CountRecords(string sink, string outcome, int count) => _sinkRecords.Add(
        count,
        new KeyValuePair<string, object?>("sink", sink),
        new KeyValuePair<string, object?>("outcome", outcome));
}
