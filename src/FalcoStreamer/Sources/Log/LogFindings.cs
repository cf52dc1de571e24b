using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Sources.Log;

/// <summary>What was found besides alerts: counted each time, said once a burst.</summary>
/// <param name="source">The source's name.</param>
internal sealed class LogFindings(string source, TimeProvider clock, AgentTelemetry telemetry)
{
    private static readonly TimeSpan Burst = TimeSpan.FromMinutes(1);

    private HashSet<string> _failing = new(StringComparer.Ordinal);
    private HashSet<string> _failed = new(StringComparer.Ordinal);
    private long? _lastBad;

    /// <summary>Whether something could not be read in this look.</summary>
    public bool HasFailures => _failed.Count > 0;

    /// <summary>A new look begins: what could not be read in the last one is said again only after it could be.</summary>
    public void BeginLook()
    {
        (_failing, _failed) = (_failed, _failing);
        _failed.Clear();
    }

    /// <summary>A file or directory cannot be read.</summary>
    public void Failed(string path, Exception exception)
    {
        if (_failed.Add(path) && !_failing.Contains(path))
        {
            telemetry.LogFailed(path, exception.Message, exception is UnauthorizedAccessException);
        }
    }

    /// <summary>A line should have been an alert and is none.</summary>
    public void Bad(string path, long offset, string reason)
    {
        var isFirstOfBurst = _lastBad is not { } last || clock.GetElapsedTime(last) >= Burst;
        if (isFirstOfBurst)
        {
            _lastBad = clock.GetTimestamp();
        }

        telemetry.AlertUnreadable(source, $"{reason} (byte {offset} of {path})", isFirstOfBurst);
    }

    /// <summary>Lines that are no alerts and need not be.</summary>
    public void Others(int count) => telemetry.LogOtherLines(count);

    /// <summary>Alerts were read.</summary>
    public void Received(int count) => telemetry.AlertsReceived(source, count);

    /// <summary>A log is followed from now on.</summary>
    public void Following(string path, long offset) => telemetry.LogFollowed(path, offset);

    /// <summary>A file was taken away before it was read to its end.</summary>
    /// <param name="rest">How many bytes are lost, null when nobody knows.</param>
    public void Lost(string path, long offset, long? rest) => telemetry.LogLost(path, offset, rest);
}
