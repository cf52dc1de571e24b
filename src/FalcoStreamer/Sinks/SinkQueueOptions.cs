namespace FalcoStreamer.Sinks;

/// <summary>How much waits for one sink, and how it is sent.</summary>
internal sealed record SinkQueueOptions
{
    /// <summary>How many records wait at most; beyond that the oldest is dropped and counted.</summary>
    public int Capacity { get; init; } = 16_384;

    /// <summary>How many records one call of the sink gets at most.</summary>
    public int BatchSize { get; init; } = 512;

    /// <summary>How long a record waits for others, so that a trickle of alerts is not a request each.</summary>
    public TimeSpan BatchPause { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>A sink that sent something within this time sends well.</summary>
    public TimeSpan Brisk { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The pause before the second try; it doubles, with jitter.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest pause between two tries.</summary>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(30);
}
