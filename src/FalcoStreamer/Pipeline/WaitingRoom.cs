using FalcoStreamer.Enrichment;
using FalcoStreamer.Storage;

namespace FalcoStreamer.Pipeline;

/// <summary>
/// Alerts of containers that the API server has not told of yet: the alert is usually first (contracts/kubernetes.md, "Pods").
/// They leave in the order in which they came, when their pod is known or when they have waited long enough.
/// </summary>
internal sealed class WaitingRoom(AlertEnricher enricher, TimeProvider clock, int capacity)
{
    private readonly LinkedList<Guest> _guests = new();

    /// <summary>Lets an alert wait; returns the one that has to leave for it, if the room is full.</summary>
    public ReceivedAlert? Add(ReceivedAlert alert)
    {
        ReceivedAlert? evicted = null;
        if (_guests.Count >= capacity)
        {
            evicted = _guests.First!.Value.Alert;
            _guests.RemoveFirst();
        }

        _guests.AddLast(new Guest(alert, clock.GetTimestamp(), AlertEnricher.WaitFor(alert.Alert.Priority)));
        return evicted;
    }

    /// <summary>Takes out those whose pod is known now and those who have waited long enough; with <paramref name="everyone"/> all of them.</summary>
    public void Release(bool everyone, Action<ReceivedAlert, Subject> go)
    {
        for (var guest = _guests.First; guest is not null;)
        {
            var next = guest.Next;
            var (alert, since, patience) = guest.Value;
            var subject = enricher.TryResolve(alert.Alert);
            if (subject is null && (everyone || clock.GetElapsedTime(since) >= patience))
            {
                subject = enricher.ResolveNow(alert.Alert);
            }

            if (subject is not null)
            {
                _guests.Remove(guest);
                go(alert, subject);
            }

            guest = next;
        }
    }

    private readonly record struct Guest(ReceivedAlert Alert, long Since, TimeSpan Patience);
}
