using System.Collections.Concurrent;

namespace FalcoStreamer.Telemetry;

/// <content>What waits for sinks and what is lost there: 5xx from 550.</content>
internal sealed partial class AgentTelemetry
{
    // One burst of losses is one line: the sinks that are losing now.
    private readonly ConcurrentDictionary<string, bool> _losing = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _away = new(StringComparer.Ordinal);

    /// <summary>What waits for a sink was too much, and some of it gave way.</summary>
    public void RecordsDropped(string sink, int count)
    {
        CountRecords(sink, "dropped", count);
        if (_losing.TryAdd(sink, true))
        {
            LogRecordsDropped(_logger, sink);
        }
    }

    /// <summary>A sink does not take records; they are kept and sent again after <paramref name="pause"/>.</summary>
    public void SinkAway(string sink, int attempt, TimeSpan pause, Exception reason)
    {
        if (_away.TryAdd(sink, true))
        {
            LogSinkAway(_logger, sink, reason.Message);
        }
        else
        {
            LogSinkStillAway(_logger, sink, attempt, pause, reason.Message);
        }
    }

    /// <summary>Records that a sink had not taken when the grace period ended.</summary>
    public void RecordsLostAtShutdown(string sink, long count)
    {
        CountRecords(sink, "lost", count);
        LogRecordsLostAtShutdown(_logger, sink, count);
    }

    /// <summary>Records that a sink had not taken when the grace period ended, and that the next agent on this node will send.</summary>
    public void RecordsStayOnDisk(string sink, long count) => LogRecordsStayOnDisk(_logger, sink, count);

    /// <summary>What a sink held back by itself could not be sent at the end; the sink counts it.</summary>
    public void SinkNotFlushed(string sink, Exception reason) => LogSinkNotFlushed(_logger, sink, reason.Message);

    private void SinkTookRecords(string sink)
    {
        _losing.TryRemove(sink, out _);
        if (_away.TryRemove(sink, out _))
        {
            LogSinkBack(_logger, sink);
        }
    }

    [LoggerMessage(550, LogLevel.Error, "The queue of the sink {Sink} is full: its oldest records are dropped until it takes them again.")]
    private static partial void LogRecordsDropped(ILogger logger, string sink);

    [LoggerMessage(551, LogLevel.Warning, "The sink {Sink} takes no records, they wait and are tried again: {Reason}")]
    private static partial void LogSinkAway(ILogger logger, string sink, string reason);

    [LoggerMessage(552, LogLevel.Debug, "The sink {Sink} still takes no records after {Attempt} tries, the next is in {Pause}: {Reason}")]
    private static partial void LogSinkStillAway(ILogger logger, string sink, int attempt, TimeSpan pause, string reason);

    [LoggerMessage(553, LogLevel.Information, "The sink {Sink} takes records again.")]
    private static partial void LogSinkBack(ILogger logger, string sink);

    [LoggerMessage(556, LogLevel.Warning, "The sink {Sink} had not taken {Count} records when the time to shut down was over: they stay on the disk for the next agent.")]
    private static partial void LogRecordsStayOnDisk(ILogger logger, string sink, long count);

    [LoggerMessage(555, LogLevel.Error, "The sink {Sink} could not send what it held back: {Reason}")]
    private static partial void LogSinkNotFlushed(ILogger logger, string sink, string reason);

    [LoggerMessage(554, LogLevel.Error, "The sink {Sink} had not taken {Count} records when the time to shut down was over: they are lost.")]
    private static partial void LogRecordsLostAtShutdown(ILogger logger, string sink, long count);
}
