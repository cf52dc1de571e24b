using System.Diagnostics.Metrics;

namespace FalcoStreamer.Telemetry;

/// <content>Falco's log as a source: 1xx from 120.</content>
internal sealed partial class AgentTelemetry
{
    private Counter<long> _logOtherLines = null!;
    private Counter<long> _logLostFiles = null!;
    private Counter<long> _logLostBytes = null!;

    /// <summary>Shows how many bytes of the log are not read yet.</summary>
    public void ObserveLog(Func<long> behind) => _meter.CreateObservableGauge(
        "falcostreamer.log.behind", behind, "By", "What is in Falco's log and not read yet.");

    /// <summary>Lines of the log that are no alerts and need not be.</summary>
    public void LogOtherLines(int count)
    {
        if (count > 0)
        {
            _logOtherLines.Add(count);
        }
    }

    /// <summary>A file of Falco's log is read from now on.</summary>
    public void LogFollowed(string path, long offset) => LogLogFollowed(_logger, path, offset);

    /// <summary>A file or directory of the log cannot be read.</summary>
    /// <param name="isDenied">Because the agent has no right to.</param>
    public void LogFailed(string path, string reason, bool isDenied)
    {
        if (isDenied)
        {
            LogLogDenied(_logger, path, reason);
        }
        else
        {
            LogLogFailed(_logger, path, reason);
        }
    }

    /// <summary>A file of the log went away before it was read to its end.</summary>
    /// <param name="rest">How many bytes of it are lost; null when nobody knows.</param>
    public void LogLost(string path, long offset, long? rest)
    {
        _logLostFiles.Add(1);
        _logLostBytes.Add(rest ?? 0);
        // How many alerts that were nobody knows; that some may be missing is what counts.
        Interlocked.Increment(ref _alertsMissed);
        LogLogLost(_logger, path, offset, rest?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "an unknown number of");
    }

    /// <summary>Linux does not tell of changes to the log.</summary>
    public void LogNotWatched(string reason, TimeSpan poll) => LogLogNotWatched(_logger, reason, poll.TotalSeconds);

    /// <summary>Another agent still reads the log.</summary>
    public void LogHeldByOther(string file) => LogLogHeldByOther(_logger, file);

    /// <summary>The lock that keeps two agents from reading at once cannot be had.</summary>
    public void LogLockFailed(string file, string reason) => LogLogLockFailed(_logger, file, reason);

    private void CreateLogInstruments()
    {
        _logOtherLines = _meter.CreateCounter<long>("falcostreamer.log.other_lines", "{line}", "Lines of Falco's log that are no alerts and need not be.");
        _logLostFiles = _meter.CreateCounter<long>("falcostreamer.log.lost_files", "{file}", "Files of Falco's log that went away before they were read to their end.");
        _logLostBytes = _meter.CreateCounter<long>("falcostreamer.log.lost_bytes", "By", "What was not read of such files, where that is known.");
    }

    [LoggerMessage(120, LogLevel.Information, "Falco's log {Path} is followed from byte {Offset}.")]
    private static partial void LogLogFollowed(ILogger logger, string path, long offset);

    [LoggerMessage(121, LogLevel.Error, "{Path} must not be read: {Reason}. The logs of pods are for root only: let the agent run as uid 0, or give its group the right to read and to enter the directories. Tried again every second; this is said once.")]
    private static partial void LogLogDenied(ILogger logger, string path, string reason);

    [LoggerMessage(122, LogLevel.Error, "{Path} cannot be read: {Reason}. Tried again every second; this is said once.")]
    private static partial void LogLogFailed(ILogger logger, string path, string reason);

    [LoggerMessage(123, LogLevel.Error, "A file of Falco's log went away before it was read to its end: {Path}, read until byte {Offset}. With it {Rest} bytes are lost.")]
    private static partial void LogLogLost(ILogger logger, string path, long offset, string rest);

    [LoggerMessage(124, LogLevel.Warning, "Linux does not tell when Falco's log changes ({Reason}), so it is looked at every {Seconds} s. The node's fs.inotify.max_user_instances may be too low.")]
    private static partial void LogLogNotWatched(ILogger logger, string reason, double seconds);

    [LoggerMessage(125, LogLevel.Information, "Another agent reads Falco's log; this one goes on when that one has ended ({File} is locked).")]
    private static partial void LogLogHeldByOther(ILogger logger, string file);

    [LoggerMessage(126, LogLevel.Error, "Falco's log is not read, because the lock {File} cannot be had: {Reason}. Tried again until it can; this is said once.")]
    private static partial void LogLogLockFailed(ILogger logger, string file, string reason);
}
