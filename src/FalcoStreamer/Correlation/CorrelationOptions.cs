namespace FalcoStreamer.Correlation;

/// <summary>The section <c>correlation</c>.</summary>
internal sealed class CorrelationOptions
{
    /// <summary>How long an incident stays open without a further alert, where its behaviour does not say otherwise: 1 second to 1 hour.</summary>
    public TimeSpan QuietPeriod { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many incidents may be open at once; beyond that the one that has been quiet for longest is closed early, and counted.</summary>
    public int MaxOpenIncidents { get; set; } = 10_000;

    /// <summary>How many alert IDs an incident keeps; its count goes on.</summary>
    public int AlertIds { get; set; } = 100;
}
