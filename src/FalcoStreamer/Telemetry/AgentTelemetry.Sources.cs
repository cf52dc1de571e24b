using System.Diagnostics.Metrics;

namespace FalcoStreamer.Telemetry;

/// <content>Sources: 1xx.</content>
internal sealed partial class AgentTelemetry
{
    private Counter<long> _alertsReceived = null!;
    private Counter<long> _alertsUnreadable = null!;
    private Counter<long> _alertsLost = null!;
    private long _alertsMissed;
    private Counter<long> _connections = null!;

    private partial void CreateSourceInstruments()
    {
        _alertsReceived = _meter.CreateCounter<long>("falcostreamer.alerts.received", "{alert}", "Alerts taken from a source.");
        _alertsUnreadable = _meter.CreateCounter<long>("falcostreamer.alerts.unreadable", "{alert}", "Messages of a source that are no alert.");
        _alertsLost = _meter.CreateCounter<long>("falcostreamer.alerts.lost", "{alert}", "Alerts that came in and could not be kept, by reason.");
        _connections = _meter.CreateCounter<long>("falcostreamer.grpc.connections", "{connection}", "Connections to Falco's gRPC by outcome.");
    }

    /// <summary>Alerts have come in.</summary>
    public void AlertsReceived(string source, int count) => _alertsReceived.Add(count, new KeyValuePair<string, object?>("source", source));

    /// <summary>How many alerts came to the agent and were never judged: lost, or not readable. For any thread.</summary>
    public long AlertsMissed => Interlocked.Read(ref _alertsMissed);

    /// <summary>A message is no alert and is lost; every one is counted, the first of a burst logged.</summary>
    public void AlertUnreadable(string source, string reason, bool isFirstOfBurst)
    {
        _alertsUnreadable.Add(1, new KeyValuePair<string, object?>("source", source));
        Interlocked.Increment(ref _alertsMissed);
        if (isFirstOfBurst)
        {
            LogAlertUnreadable(_logger, source, reason);
        }
    }

    /// <summary>An alert that came in could not be kept.</summary>
    public void AlertLost(string source, string reason)
    {
        _alertsLost.Add(1, new("source", source), new("reason", reason));
        Interlocked.Increment(ref _alertsMissed);
        LogAlertLost(_logger, source, reason);
    }

    /// <summary>The port for Falco's HTTP output is open.</summary>
    public void HttpListening(string address) => LogHttpListening(_logger, address);

    /// <summary>A stream to Falco is open; <paramref name="away"/> is how long there was none, zero at the first try.</summary>
    public void FalcoConnected(string address, string version, string engineVersion, TimeSpan away)
    {
        CountConnection("opened");
        LogFalcoConnected(_logger, version, engineVersion, address, away.TotalSeconds);
    }

    /// <summary>Falco went away, or was not there to begin with: said once an outage.</summary>
    public void FalcoUnreachable(string address, string reason)
    {
        CountConnection("failed");
        LogFalcoUnreachable(_logger, address, reason);
    }

    /// <summary>One more attempt failed in the same outage.</summary>
    public void FalcoStillUnreachable(string address, Exception reason)
    {
        CountConnection("failed");
        LogFalcoStillUnreachable(_logger, address, reason.Message);
    }

    /// <summary>Falco ended the stream in good order.</summary>
    public void FalcoClosedStream(string address)
    {
        CountConnection("closed");
        LogFalcoClosedStream(_logger, address);
    }

    /// <summary>This Falco probably has no gRPC.</summary>
    public void FalcoMayHaveNoGrpc(string address) => LogFalcoMayHaveNoGrpc(_logger, address);

    /// <summary>A new stream has carried nothing for long.</summary>
    public void FalcoSilent(string address, TimeSpan silence) => LogFalcoSilent(_logger, address, silence.TotalMinutes);

    [LoggerMessage(101, LogLevel.Information, "Falco {Version} (engine {EngineVersion}) is connected over gRPC at {Address}, after {Away:F1} s without it.")]
    private static partial void LogFalcoConnected(ILogger logger, string version, string engineVersion, string address, double away);

    [LoggerMessage(102, LogLevel.Warning, "Falco cannot be reached over gRPC at {Address}: {Reason}. Trying again until it can; this is said once.")]
    private static partial void LogFalcoUnreachable(ILogger logger, string address, string reason);

    [LoggerMessage(103, LogLevel.Debug, "Falco still cannot be reached over gRPC at {Address}: {Reason}")]
    private static partial void LogFalcoStillUnreachable(ILogger logger, string address, string reason);

    [LoggerMessage(104, LogLevel.Information, "Falco at {Address} has ended the gRPC stream, as it does when it stops. Connecting again.")]
    private static partial void LogFalcoClosedStream(ILogger logger, string address);

    [LoggerMessage(105, LogLevel.Warning, "Falco 0.44 and newer have no gRPC, and nothing offers it at {Address}. If this is such a Falco, let it send alerts by HTTP (sources.http) or follow its log (sources.log), and set sources.grpc.enabled to false.")]
    private static partial void LogFalcoMayHaveNoGrpc(ILogger logger, string address);

    [LoggerMessage(106, LogLevel.Information, "No alert has come over gRPC from {Address} in {Minutes} minutes since it was connected. A quiet node is the usual reason; but Falco also leaves a stream without a word when threadiness times 10 others are open, and shares its alerts among all clients, so no other client such as falco-exporter should be subscribed.")]
    private static partial void LogFalcoSilent(ILogger logger, string address, double minutes);

    [LoggerMessage(107, LogLevel.Error, "A message from {Source} is not an alert and is lost: {Reason}. More of them within a minute are only counted.")]
    private static partial void LogAlertUnreadable(ILogger logger, string source, string reason);

    [LoggerMessage(108, LogLevel.Information, "Falco's alerts are taken over HTTP at {Address}.")]
    private static partial void LogHttpListening(ILogger logger, string address);

    [LoggerMessage(109, LogLevel.Error, "An alert from {Source} is lost: {Reason}.")]
    private static partial void LogAlertLost(ILogger logger, string source, string reason);

    private void CountConnection(string outcome) => _connections.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
