using FalcoStreamer.Alerts;
using FalcoStreamer.Sources;

namespace FalcoStreamer.Storage;

/// <summary>
/// The inbox and the outbox: what was accepted is in the one until what it led to is in the other (README, "Decisions").
/// </summary>
/// <remarks>
/// <see cref="AcceptAsync"/> may be called by several callers at once, <see cref="CommitAsync"/> by one. Neither throws because a disk is full or
/// broken: an implementation goes on as well as it can, and says what it cannot keep.
/// </remarks>
internal interface IStorage : IAsyncDisposable
{
    /// <summary>Whether what is in it outlives the process.</summary>
    bool IsDurable { get; }

    /// <summary>What an agent before this one left; taken once, before anything else.</summary>
    ValueTask<Recovered> RecoverAsync(CancellationToken cancellation);

    /// <summary>Takes alerts in, with the places of their source; when it returns they are as safe as they will be.</summary>
    ValueTask<IReadOnlyList<ReceivedAlert>> AcceptAsync(AlertBatch batch, string source, AlertTime received);

    /// <summary>Takes alerts out of the inbox and puts what they led to into the outbox, all or nothing. <paramref name="turn"/> may be used again afterwards.</summary>
    ValueTask CommitAsync(Turn turn);

    /// <summary>What waits for a sink; the same object for the same name.</summary>
    IOutbox OutboxOf(string sink);

    /// <summary>Nothing more will be committed: an outbox ends when it is empty.</summary>
    void Complete();
}

/// <summary>What an agent before this one left.</summary>
/// <param name="Kept">The alerts of incidents that were open, in the order in which they came.</param>
/// <param name="Incidents">How far those incidents had come.</param>
/// <param name="Unjudged">Alerts that were accepted and not judged.</param>
/// <param name="KnownAlerts">The IDs of the alerts that were judged last, the oldest first: one that comes again is a repeat.</param>
internal sealed record Recovered(
    IReadOnlyList<ReceivedAlert> Kept,
    IReadOnlyList<IncidentState> Incidents,
    IReadOnlyList<ReceivedAlert> Unjudged,
    IReadOnlyList<AlertId> KnownAlerts)
{
    public static Recovered Nothing { get; } = new([], [], [], []);
}
