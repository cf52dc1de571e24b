using FalcoStreamer.Alerts;

namespace FalcoStreamer.Pipeline;

/// <summary>
/// Knows the alerts of the last while, so that one that comes by several inputs is one alert (design decision 1).
/// Remembers as many as fit and forgets the oldest.
/// </summary>
internal sealed class AlertDeduplicator(int capacity)
{
    private readonly HashSet<AlertId> _known = [];
    private readonly Queue<AlertId> _oldestFirst = new();

    /// <summary>True the first time.</summary>
    public bool IsNew(AlertId id)
    {
        if (!_known.Add(id))
        {
            return false;
        }

        _oldestFirst.Enqueue(id);
        if (_oldestFirst.Count > capacity)
        {
            _known.Remove(_oldestFirst.Dequeue());
        }

        return true;
    }
}
