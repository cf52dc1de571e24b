namespace FalcoStreamer.Enrichment;

/// <summary>How long to wait before the API server is asked again: it must survive a thousand agents that all lost it at once.</summary>
/// <param name="first">The shortest pause.</param>
/// <param name="longest">The longest pause.</param>
internal sealed class ReconnectPause(TimeSpan first, TimeSpan longest)
{
    // A server that asks for more would keep the agent blind.
    private static readonly TimeSpan LongestWish = TimeSpan.FromMinutes(2);

    /// <summary>0.8 s to 30 s, as the clients of Kubernetes do.</summary>
    public static ReconnectPause Usual { get; } = new(TimeSpan.FromSeconds(0.8), TimeSpan.FromSeconds(30));

    /// <summary>The pause after so many failures in a row, spread over half its length; never less than the server's wish.</summary>
    /// <param name="spread">A random number from 0 to 1.</param>
    public TimeSpan After(int failures, double spread, TimeSpan? wish = null)
    {
        var doubled = first.TotalSeconds * Math.Pow(2, Math.Clamp(failures - 1, 0, 16)) * (1 + (spread / 2));
        var pause = TimeSpan.FromSeconds(Math.Clamp(doubled, first.TotalSeconds, longest.TotalSeconds));
        var wanted = wish > LongestWish ? LongestWish : wish ?? TimeSpan.Zero;
        return pause > wanted ? pause : wanted;
    }
}
