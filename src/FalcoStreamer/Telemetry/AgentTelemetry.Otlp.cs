namespace FalcoStreamer.Telemetry;

/// <content>The OTLP sink: 52x.</content>
internal sealed partial class AgentTelemetry
{
    /// <summary>The OTLP sink has nowhere to send.</summary>
    public void OtlpIsOff() => LogOtlpIsOff(_logger);

    /// <summary>
    /// A collector took a request but did not keep <paramref name="count"/> of its records, which are counted as refused; 0 is a warning.
    /// </summary>
    /// <param name="isFirst">Whether the request before had no such answer: only then is it logged.</param>
    public void OtlpRecordsRejected(long count, string message, bool isFirst)
    {
        if (isFirst && count > 0)
        {
            LogOtlpRecordsRejected(_logger, count, message);
        }
        else if (isFirst)
        {
            LogOtlpWarning(_logger, message);
        }
    }

    /// <summary>Records left with fewer attributes than their alerts had fields, because an alert had more than a megabyte of them.</summary>
    public void OtlpRecordsShortened(int count)
    {
        CountRecords("otlp", "shortened", count);
        LogOtlpRecordsShortened(_logger, count);
    }

    [LoggerMessage(520, LogLevel.Information, "The OTLP sink is off: neither sinks.otlp.endpoint nor OTEL_EXPORTER_OTLP_ENDPOINT names a collector.")]
    private static partial void LogOtlpIsOff(ILogger logger);

    [LoggerMessage(521, LogLevel.Error, "The collector rejected {Count} records of a request that it took, they are lost: {Reason}")]
    private static partial void LogOtlpRecordsRejected(ILogger logger, long count, string reason);

    [LoggerMessage(522, LogLevel.Warning, "The collector took a request and remarked: {Remark}")]
    private static partial void LogOtlpWarning(ILogger logger, string remark);

    [LoggerMessage(523, LogLevel.Debug, "{Count} records left with fewer attributes than their alerts have fields.")]
    private static partial void LogOtlpRecordsShortened(ILogger logger, int count);
}
