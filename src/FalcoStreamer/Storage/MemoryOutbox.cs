using FalcoStreamer.Alerts;

namespace FalcoStreamer.Storage;

/// <summary>An outbox in memory. What is too much is dropped, the least serious first and of those the oldest.</summary>
/// <param name="maxBytes">How much it may hold.</param>
/// <param name="dropped">Told how many records were dropped.</param>
internal sealed class MemoryOutbox(long maxBytes, Action<int> dropped) : IOutbox
{
    private readonly Lock _gate = new();
    private readonly Signal _filled = new();
    private readonly Queue<OutboxChunk>[] _byPriority = [.. Enumerable.Range(0, (int)Priority.Debug + 1).Select(_ => new Queue<OutboxChunk>())];
    private long _bytes;
    private long _records;
    private long _lastNumber;
    private bool _isComplete;

    public OutboxDepth Depth
    {
        get
        {
            lock (_gate)
            {
                return new OutboxDepth(_records, Oldest(), (double)_bytes / maxBytes);
            }
        }
    }

    public void Add(OutboxChunk chunk)
    {
        var lost = 0;
        lock (_gate)
        {
            _byPriority[(int)chunk.Priority].Enqueue(chunk with { Number = ++_lastNumber });
            _bytes += chunk.Bytes.Length;
            _records += chunk.Records;
            while (_bytes > maxBytes)
            {
                lost += Take(_byPriority.Last(queue => queue.Count > 0)).Records;
            }
        }

        if (lost > 0)
        {
            dropped(lost);
        }

        _filled.Set();
    }

    /// <summary>Nothing more will be added.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
        }

        _filled.Complete();
    }

    public async ValueTask<bool> WaitAsync(CancellationToken cancellation)
    {
        while (true)
        {
            lock (_gate)
            {
                if (_records > 0 || _isComplete)
                {
                    return _records > 0;
                }
            }

            await _filled.WaitAsync(cancellation);
        }
    }

    public ValueTask<IReadOnlyList<OutboxChunk>> ReadAsync(int maxBytes, CancellationToken cancellation)
    {
        var read = new List<OutboxChunk>();
        lock (_gate)
        {
            var bytes = 0L;
            foreach (var chunk in InOrder())
            {
                bytes += chunk.Bytes.Length;
                if (bytes > maxBytes && read.Count > 0)
                {
                    break;
                }

                read.Add(chunk);
            }
        }

        return ValueTask.FromResult<IReadOnlyList<OutboxChunk>>(read);
    }

    public ValueTask<int> RemoveAsync(IReadOnlyList<OutboxChunk> chunks)
    {
        var removed = 0;
        lock (_gate)
        {
            foreach (var chunk in chunks)
            {
                // They were read in their order, so one that is not the first of its priority has been dropped.
                var queue = _byPriority[(int)chunk.Priority];
                if (queue.TryPeek(out var first) && first.Number == chunk.Number)
                {
                    removed += Take(queue).Records;
                }
            }
        }

        return ValueTask.FromResult(removed);
    }

    private OutboxChunk Take(Queue<OutboxChunk> queue)
    {
        var chunk = queue.Dequeue();
        _bytes -= chunk.Bytes.Length;
        _records -= chunk.Records;
        return chunk;
    }

    private AlertTime? Oldest()
    {
        OutboxChunk? oldest = null;
        foreach (var queue in _byPriority)
        {
            oldest = queue.TryPeek(out var first) && (oldest is null || first.Number < oldest.Number) ? first : oldest;
        }

        return oldest?.Oldest;
    }

    /// <summary>All chunks by their number: the queues, each in its own order, merged.</summary>
    private IEnumerable<OutboxChunk> InOrder()
    {
        var heads = new PriorityQueue<Queue<OutboxChunk>.Enumerator, long>();
        foreach (var queue in _byPriority)
        {
            var walk = queue.GetEnumerator();
            if (walk.MoveNext())
            {
                heads.Enqueue(walk, walk.Current.Number);
            }
        }

        while (heads.TryDequeue(out var walk, out _))
        {
            yield return walk.Current;
            if (walk.MoveNext())
            {
                heads.Enqueue(walk, walk.Current.Number);
            }
        }
    }
}
