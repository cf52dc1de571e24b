using FalcoStreamer.Reporting;

namespace FalcoStreamer.Telemetry;

/// <content>The OTLP sink: 5xx from 520.</content>
internal sealed partial class AgentTelemetry
{
    /// <summary>The collector took a request but not all of its records; those are never sent again.</summary>
    public void CollectorRejected(long count, string message)
    {
        if (count > 0)
        {
            CountRecords("otlp", "rejected", (int)count);
            LogCollectorRejected(_logger, count, NeutralText.OneLine(message));
        }
        else
        {
            LogCollectorWarned(_logger, NeutralText.OneLine(message));
        }
    }

    [LoggerMessage(520, LogLevel.Error, "The collector rejected {Count} records, they are lost: {Message}")]
    private static partial void LogCollectorRejected(ILogger logger, long count, string message);

    [LoggerMessage(521, LogLevel.Warning, "The collector took all records and says: {Message}")]
    private static partial void LogCollectorWarned(ILogger logger, string message);
}
