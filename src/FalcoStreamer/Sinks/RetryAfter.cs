namespace FalcoStreamer.Sinks;

/// <summary>The header by which a receiver over HTTP says how long it wants to be left alone.</summary>
internal static class RetryAfter
{
    /// <summary>How long from now; null where the answer does not say, zero where the moment has passed.</summary>
    public static TimeSpan? Read(HttpResponseMessage response, TimeProvider clock)
    {
        var delay = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - clock.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return delay < TimeSpan.Zero ? TimeSpan.Zero : delay;
    }
}
