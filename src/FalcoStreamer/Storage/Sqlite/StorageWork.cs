using FalcoStreamer.Sources.Log;

namespace FalcoStreamer.Storage.Sqlite;

/// <summary>Something that becomes part of a transaction. Whoever asked for it waits for <see cref="Finished"/>.</summary>
internal abstract class StorageWork
{
    private readonly TaskCompletionSource<bool> _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>True once it is committed, false where the disk could not take it.</summary>
    public Task<bool> Finished => _finished.Task;

    /// <summary>About how much it writes, in bytes.</summary>
    public virtual long Bytes => 0;

    /// <summary>Whether it still makes sense later, when the disk could not take it now.</summary>
    public virtual bool CanWait => false;

    /// <summary>Whether it makes a transaction of its own.</summary>
    public virtual bool StandsAlone => false;

    /// <summary>Does it, within the transaction; may be done again where that failed.</summary>
    public abstract void Do(StorageDatabase database);

    public void Finish(bool isCommitted) => _finished.TrySetResult(isCommitted);
}

/// <summary>What another agent has left is copied: in a transaction of its own, because a database cannot be attached within one.</summary>
internal sealed class AdoptWork(string path, long afterAlert, long afterChunk) : StorageWork
{
    public override bool StandsAlone => true;

    public override void Do(StorageDatabase database) => database.CopyFrom(path, afterAlert, afterChunk);
}

/// <summary>Alerts go into the inbox, together with the places of their source.</summary>
internal sealed class AcceptWork(IReadOnlyList<ReceivedAlert> alerts, IReadOnlyList<LogPlace> places) : StorageWork
{
    public override long Bytes { get; } = alerts.Sum(alert => (long)alert.Alert.Bytes.Length);

    public override void Do(StorageDatabase database)
    {
        foreach (var alert in alerts)
        {
            database.Alerts.Add(alert);
        }

        foreach (var place in places)
        {
            database.Places.Set(place);
        }
    }
}

/// <summary>A turn of the pipeline's loop.</summary>
internal sealed class TurnWork(Turn turn) : StorageWork
{
    public override long Bytes { get; } = turn.Chunks.Sum(chunk => (long)chunk.Bytes.Length);

    public override void Do(StorageDatabase database)
    {
        // Kept first, because what is kept is not deleted as judged.
        foreach (var kept in turn.Kept)
        {
            database.Alerts.Keep(kept);
        }

        foreach (var judged in turn.Judged)
        {
            database.Alerts.Remove(judged);
        }

        if (turn.Known.Count > 0)
        {
            database.Known.Add(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(turn.Known));
        }

        foreach (var incident in turn.Incidents)
        {
            database.Incidents.Set(incident);
        }

        foreach (var closed in turn.Closed)
        {
            database.Incidents.Forget(closed);
            database.Alerts.Forget(closed);
        }

        foreach (var chunk in turn.Chunks)
        {
            database.Outbox.Add(chunk);
        }
    }
}

/// <summary>Incidents and the alerts that were kept for them are no longer needed.</summary>
internal sealed class ForgetWork(IReadOnlyList<string> incidentIds) : StorageWork
{
    public override bool CanWait => true;

    public override void Do(StorageDatabase database)
    {
        foreach (var id in incidentIds)
        {
            database.Incidents.Forget(id);
            database.Alerts.Forget(id);
        }
    }
}

/// <summary>Alerts leave the inbox that could not leave it when they were judged.</summary>
internal sealed class SettleWork(IReadOnlyList<long> judged) : StorageWork
{
    public override bool CanWait => true;

    public override void Do(StorageDatabase database)
    {
        foreach (var number in judged)
        {
            database.Alerts.Remove(number);
        }
    }
}

/// <summary>Chunks leave the outbox.</summary>
internal sealed class RemoveWork(IReadOnlyList<OutboxChunk> chunks) : StorageWork
{
    public override bool CanWait => true;

    /// <summary>How many records were still there.</summary>
    public int Removed { get; private set; }

    public override void Do(StorageDatabase database)
    {
        Removed = 0;
        foreach (var chunk in chunks)
        {
            Removed += database.Outbox.Remove(chunk.Number);
        }
    }
}
