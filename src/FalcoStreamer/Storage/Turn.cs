using FalcoStreamer.Alerts;

namespace FalcoStreamer.Storage;

/// <summary>
/// What one turn of the pipeline's loop led to: it is committed as a whole or not at all. Filled by one caller, and used again after each commit.
/// </summary>
internal sealed class Turn
{
    /// <summary>The numbers of the alerts that were judged, or that were repeats: they leave the inbox.</summary>
    public List<long> Judged { get; } = [];

    /// <summary>The IDs of the alerts that were judged: one that comes again is a repeat, also after a restart.</summary>
    public List<AlertId> Known { get; } = [];

    /// <summary>Those of them that an open incident needs after a restart, with its ID.</summary>
    public List<KeptAlert> Kept { get; } = [];

    /// <summary>The incidents that were touched and are still open.</summary>
    public List<IncidentState> Incidents { get; } = [];

    /// <summary>The incidents that have closed: their alerts are no longer needed.</summary>
    public List<string> Closed { get; } = [];

    /// <summary>What goes into the outbox.</summary>
    public List<OutboxChunk> Chunks { get; } = [];

    public bool IsEmpty => Judged.Count + Known.Count + Kept.Count + Incidents.Count + Closed.Count + Chunks.Count == 0;

    public void Clear()
    {
        Judged.Clear();
        Known.Clear();
        Kept.Clear();
        Incidents.Clear();
        Closed.Clear();
        Chunks.Clear();
    }
}

/// <summary>An alert that stays after it was judged.</summary>
internal readonly record struct KeptAlert(long Number, string IncidentId);
