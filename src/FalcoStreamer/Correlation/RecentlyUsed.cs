namespace FalcoStreamer.Correlation;

/// <summary>Values by key, at most so many: the one that was not used for longest goes first, and is counted.</summary>
internal sealed class RecentlyUsed<T>(int capacity)
    where T : class
{
    private readonly Dictionary<string, LinkedListNode<(string Key, T Value)>> _byKey = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Key, T Value)> _oldestFirst = new();

    public int Count => _byKey.Count;

    /// <summary>How many had to go.</summary>
    public long Evictions { get; private set; }

    /// <summary>The value, without using it; null where there is none.</summary>
    public T? Find(string key) => _byKey.TryGetValue(key, out var node) ? node.Value.Value : null;

    /// <summary>The value, which is now the most recently used; made where there is none.</summary>
    public T Get(string key, Func<T> make)
    {
        if (_byKey.TryGetValue(key, out var node))
        {
            _oldestFirst.Remove(node);
            _oldestFirst.AddLast(node);
            return node.Value.Value;
        }

        if (_byKey.Count >= capacity && _oldestFirst.First is { } oldest)
        {
            _oldestFirst.RemoveFirst();
            _byKey.Remove(oldest.Value.Key);
            Evictions++;
        }

        var value = make();
        _byKey[key] = _oldestFirst.AddLast((key, value));
        return value;
    }
}
