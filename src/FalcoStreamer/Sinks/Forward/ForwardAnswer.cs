namespace FalcoStreamer.Sinks.Forward;

/// <summary>What became of one request.</summary>
internal enum ForwardOutcome
{
    /// <summary>The receiver has the alert.</summary>
    Taken,

    /// <summary>It will never take this alert.</summary>
    Refused,

    /// <summary>It failed at this alert; it may be the alert's fault or its own.</summary>
    Failed,

    /// <summary>It cannot be reached, is too slow, or asks to be left alone: no alert would pass now.</summary>
    Away,
}

/// <summary>What the receiver answered.</summary>
/// <param name="Message">For people; empty when it was taken.</param>
/// <param name="RetryAfter">How long it wants to be left alone.</param>
internal readonly record struct ForwardAnswer(ForwardOutcome Outcome, string Message = "", TimeSpan? RetryAfter = null);
