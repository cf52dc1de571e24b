using FalcoStreamer.Alerts;

namespace FalcoStreamer.Storage;

/// <summary>What waits for one sink. Read by one caller, filled by another.</summary>
internal interface IOutbox
{
    /// <summary>How much waits; for any thread.</summary>
    OutboxDepth Depth { get; }

    /// <summary>True as soon as something waits; false when nothing will.</summary>
    ValueTask<bool> WaitAsync(CancellationToken cancellation);

    /// <summary>
    /// The oldest chunks, as many as are <paramref name="maxBytes"/> together but at least one; none where all were evicted meanwhile. They stay until
    /// they are removed.
    /// </summary>
    ValueTask<IReadOnlyList<OutboxChunk>> ReadAsync(int maxBytes, CancellationToken cancellation);

    /// <summary>Removes chunks that their sink has done with. Returns how many of their records were still there: the others have been counted as dropped.</summary>
    ValueTask<int> RemoveAsync(IReadOnlyList<OutboxChunk> chunks);
}

/// <summary>How much waits for a sink.</summary>
/// <param name="Oldest">When the oldest record came in; null where none waits.</param>
/// <param name="Fill">The part of its room that is taken, from 0 to 1.</param>
internal readonly record struct OutboxDepth(long Records, AlertTime? Oldest, double Fill);
