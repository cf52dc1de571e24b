using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;

namespace FalcoStreamer.Commands;

/// <summary>
/// Holds the incidents of a replay until nothing can change them any more, and gives them out in the order of their first alerts.
/// </summary>
/// <param name="horizon">How long after its last alert a closed incident may still be judged anew.</param>
/// <param name="give">Gets each incident once.</param>
internal sealed class ReplayLedger(TimeSpan horizon, Action<Incident> give)
{
    private readonly LinkedList<Entry> _inOrder = new();
    private readonly Dictionary<string, Entry> _byId = new(StringComparer.Ordinal);

    public void Take(List<IncidentChange> changes)
    {
        foreach (var change in changes)
        {
            if (!_byId.TryGetValue(change.Incident.Id, out var entry))
            {
                entry = new Entry(change.Incident);
                _byId[change.Incident.Id] = entry;
                _inOrder.AddLast(entry);
            }

            entry.Incident = change.Incident;
            entry.IsClosed |= change.Kind == IncidentChangeKind.Closed;
        }

        changes.Clear();
    }

    /// <summary>Gives out what is final at <paramref name="now"/>, as far as nothing before it is still open.</summary>
    public void Release(AlertTime now)
    {
        while (_inOrder.First is { Value: { IsClosed: true } entry } && entry.Incident.LastTime + horizon < now)
        {
            GiveFirst(entry);
        }
    }

    /// <summary>Gives out the rest.</summary>
    public void ReleaseAll()
    {
        while (_inOrder.First is { Value: var entry })
        {
            GiveFirst(entry);
        }
    }

    private void GiveFirst(Entry entry)
    {
        _inOrder.RemoveFirst();
        _byId.Remove(entry.Incident.Id);
        give(entry.Incident);
    }

    private sealed class Entry(Incident incident)
    {
        public Incident Incident { get; set; } = incident;

        public bool IsClosed { get; set; }
    }
}
