using FalcoStreamer.Alerts;

namespace FalcoStreamer.Sinks;

/// <summary>How long something has waited.</summary>
internal static class AlertAge
{
    /// <summary>The age of the oldest of some moments; zero where there is none, and where the node's clock was set back meanwhile.</summary>
    public static TimeSpan Of(ReadOnlySpan<AlertTime?> moments, TimeProvider clock)
    {
        var now = AlertTime.From(clock.GetUtcNow());
        var oldest = now;
        foreach (var moment in moments)
        {
            oldest = moment < oldest ? moment.Value : oldest;
        }

        return now - oldest;
    }
}
