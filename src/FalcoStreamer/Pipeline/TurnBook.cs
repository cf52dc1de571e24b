using FalcoStreamer.Correlation;
using FalcoStreamer.Storage;

namespace FalcoStreamer.Pipeline;

/// <summary>Writes down what a turn of the loop leads to, and commits it. Where nothing outlives the process, only what the sinks get is written down.</summary>
internal sealed class TurnBook(IStorage storage)
{
    private readonly Turn _turn = new();
    private readonly HashSet<OpenIncident> _touched = [];

    /// <summary>An alert needs no judging: it was there before.</summary>
    public void Repeated(ReceivedAlert received)
    {
        if (storage.IsDurable)
        {
            _turn.Judged.Add(received.Number);
        }
    }

    /// <summary>An alert has been judged.</summary>
    public void Judged(ReceivedAlert received, Placement placement)
    {
        if (storage.IsDurable)
        {
            _turn.Judged.Add(received.Number);
            _turn.Known.Add(received.Alert.Id);
            _touched.Add(placement.Incident);
            if (placement.IsSample)
            {
                _turn.Kept.Add(new KeptAlert(received.Number, placement.Incident.Id));
            }
        }
    }

    /// <summary>An alert that an agent before this one had judged belongs to an incident of ours.</summary>
    public void Restored(ReceivedAlert kept, Placement placement)
    {
        _touched.Add(placement.Incident);
        if (placement.IsSample)
        {
            _turn.Kept.Add(new KeptAlert(kept.Number, placement.Incident.Id));
        }
    }

    /// <summary>What was kept for an incident is no longer needed.</summary>
    public void Forget(string incidentId)
    {
        if (storage.IsDurable)
        {
            _turn.Closed.Add(incidentId);
        }
    }

    /// <summary>Commits the turn with what the sinks are to get.</summary>
    public async ValueTask CommitAsync(SinkFan sinks)
    {
        sinks.Drain(_turn);
        _turn.Incidents.AddRange(_touched.Where(incident => !incident.IsClosed).Select(incident => incident.State()));
        _touched.Clear();
        if (!_turn.IsEmpty)
        {
            await storage.CommitAsync(_turn);
            _turn.Clear();
        }
    }
}
