using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;

namespace FalcoStreamer.Sinks.KubernetesEvents;

/// <summary>
/// Which Event belongs to which incident, and which of them wait to be written. Bounded in both; pure and for one caller at a time.
/// </summary>
/// <remarks>
/// One incident has one Event, with one exception: a benign incident that comes again after it has closed (a probe, every few seconds, for ever)
/// is counted by the Event it had, because nothing new is to be said. Should such a repeat turn out not to be benign, it gets its own Event.
/// </remarks>
/// <param name="capacity">How many Events are remembered. A forgotten one is found again by its name: creating it answers "already exists".</param>
/// <param name="dueCapacity">How many of them may wait, each with its report.</param>
internal sealed class EventLedger(int capacity = 4096, int dueCapacity = 512)
{
    private const int MostEnded = 256;

    private readonly Dictionary<string, EventEntry> _byIncident = [];
    private readonly Dictionary<string, EventEntry> _byRepeatKey = [];
    private readonly LinkedList<EventEntry> _byUse = new();
    private readonly Dictionary<EventEntry, LinkedListNode<EventEntry>> _nodes = [];
    private readonly List<EventEntry> _due = [];
    private readonly List<string> _ended = [];

    /// <summary>How many Events wait to be written.</summary>
    public int DueCount => _due.Count;

    /// <summary>How many Events were forgotten to bound the memory.</summary>
    public long Forgotten { get; private set; }

    /// <summary>How many states were replaced by newer ones before they were written.</summary>
    public long Superseded { get; private set; }

    /// <summary>How many Events had to stop waiting because too many did: what they waited to say is lost, unless their incident changes again.</summary>
    public long Dropped { get; private set; }

    /// <summary>What waits: the urgent first, otherwise in the order in which it came.</summary>
    public IReadOnlyList<EventEntry> Due() => [.. _due.OrderBy(entry => entry.IsUrgent ? 0 : 1)];

    /// <summary>Takes in a report and says which Event it belongs to, which is due from now on.</summary>
    public EventEntry Merge(ReportRecord record)
    {
        var incident = record.Report.Incident;
        var entry = EntryFor(incident);
        if (entry.Latest is not null && !ReferenceEquals(entry.Latest, record))
        {
            Superseded++;
        }

        if (entry.Add(record) is { } settled)
        {
            _byIncident.Remove(settled);
        }

        while (entry.Ended.Count > MostEnded)
        {
            _ended.Add(entry.Ended[0]);
            entry.Ended.RemoveAt(0);
        }

        // A settled founder stays findable: the Event has its name.
        _byIncident[incident.Id] = entry;
        _byIncident[entry.FounderId] = entry;
        if (entry.TakesRepeats)
        {
            _byRepeatKey[entry.RepeatKey] = entry;
        }

        Use(entry);
        MarkDue(entry);
        return entry;
    }

    /// <summary>The incidents whose end has been written since the last call, or will never be.</summary>
    public IReadOnlyList<string> TakeEnded()
    {
        if (_ended.Count == 0)
        {
            return [];
        }

        string[] ended = [.. _ended];
        _ended.Clear();
        return ended;
    }

    /// <summary>Nothing waits any more.</summary>
    public void Done(EventEntry entry)
    {
        _ended.AddRange(entry.Ended);
        entry.Ended.Clear();
        entry.Latest = null;
        entry.IsDue = false;
        entry.IsHeldBack = false;
        _due.Remove(entry);
    }

    private EventEntry EntryFor(Incident incident)
    {
        var isBenign = incident.Judgement.Verdict == Verdict.Benign;
        if (_byIncident.TryGetValue(incident.Id, out var known))
        {
            if (isBenign || known.FounderId == incident.Id)
            {
                return known;
            }

            // It was counted as a repeat of something harmless and is not: that Event's count goes down, and this gets its own.
            known.Remove(incident.Id);
            if (known.Latest?.Report.Incident.Id == incident.Id)
            {
                known.Latest = null;
                Superseded++;
            }

            MarkDue(known);
            return new EventEntry(incident);
        }

        return isBenign && _byRepeatKey.TryGetValue(EventEntry.RepeatKeyOf(incident), out var again) && again.TakesRepeats
            ? again
            : new EventEntry(incident);
    }

    private void Use(EventEntry entry)
    {
        if (_nodes.TryGetValue(entry, out var node))
        {
            _byUse.Remove(node);
            _byUse.AddLast(node);
            return;
        }

        _nodes[entry] = _byUse.AddLast(entry);
        if (_nodes.Count > capacity)
        {
            // What waits is the younger part by far (dueCapacity is below capacity), so there is one that does not.
            Forget(_byUse.First(old => !old.IsDue && old != entry));
        }
    }

    private void Forget(EventEntry entry)
    {
        foreach (var id in entry.Members.Append(entry.FounderId))
        {
            _byIncident.Remove(id);
        }

        if (_byRepeatKey.TryGetValue(entry.RepeatKey, out var other) && other == entry)
        {
            _byRepeatKey.Remove(entry.RepeatKey);
        }

        _byUse.Remove(_nodes[entry]);
        _nodes.Remove(entry);
        Forgotten++;
    }

    private void MarkDue(EventEntry entry)
    {
        if (!entry.IsDue)
        {
            entry.IsDue = true;
            _due.Add(entry);
        }

        if (_due.Count > dueCapacity)
        {
            // The least serious goes first, the oldest of those.
            Done(_due.MaxBy(due => due.Latest?.Report.Incident.Priority ?? Priority.Debug)!);
            Dropped++;
        }
    }
}
