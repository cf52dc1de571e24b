namespace FalcoStreamer.Enrichment;

/// <summary>Why a watch cannot go on as it is.</summary>
internal enum WatchFault
{
    /// <summary>The connection broke; the watch goes on where it was.</summary>
    Interrupted,

    /// <summary>It ended cleanly, but at once; it goes on where it was.</summary>
    EndedTooSoon,

    /// <summary>The server has forgotten where we are (410).</summary>
    Expired,

    /// <summary>Nothing came, not even a bookmark: the connection may be dead, or our version one that the server has never reached.</summary>
    Silent,

    /// <summary>The server sent an error.</summary>
    Error,

    /// <summary>A line could not be read.</summary>
    Unreadable,

    /// <summary>A line went on and on.</summary>
    LineTooLong,
}

/// <summary>A watch cannot go on as it is. The message is the end of a sentence.</summary>
internal sealed class WatchBrokenException(WatchFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public WatchFault Fault { get; } = fault;

    /// <summary>Whether only a new list gives certainty.</summary>
    public bool NeedsList => Fault is not (WatchFault.Interrupted or WatchFault.EndedTooSoon);
}
