using System.Diagnostics.CodeAnalysis;
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

    /// <summary>
    /// What another agent on this node has left: at the start what was there then, later what an agent leaves that ends while this one runs. False where
    /// nothing is left, or nothing more.
    /// </summary>
    bool TryTakeLeft([NotNullWhen(true)] out Recovered? left);

    /// <summary>Takes alerts in, with the places of their source; when it returns they are as safe as they will be.</summary>
    ValueTask<IReadOnlyList<ReceivedAlert>> AcceptAsync(AlertBatch batch, string source, AlertTime received);

    /// <summary>Takes alerts out of the inbox and puts what they led to into the outbox, all or nothing. <paramref name="turn"/> may be used again afterwards.</summary>
    ValueTask CommitAsync(Turn turn);

    /// <summary>The end of incidents has been told everywhere: what was kept for them is no longer needed.</summary>
    ValueTask ForgetAsync(IReadOnlyList<string> incidentIds);

    /// <summary>What waits for a sink; the same object for the same name.</summary>
    IOutbox OutboxOf(string sink);

    /// <summary>Nothing more will be committed: an outbox ends when it is empty.</summary>
    void Complete();
}

/// <summary>What another agent left.</summary>
/// <param name="Kept">The alerts of incidents that were open, or whose end was not told everywhere, in the order in which they came.</param>
/// <param name="Incidents">How far those incidents had come.</param>
/// <param name="Unjudged">Alerts that were accepted and not judged.</param>
/// <param name="KnownAlerts">The IDs of the alerts that were judged last, the oldest first: one that comes again is a repeat.</param>
internal sealed record Recovered(
    IReadOnlyList<RecoveredAlert> Kept,
    IReadOnlyList<IncidentState> Incidents,
    IReadOnlyList<ReceivedAlert> Unjudged,
    IReadOnlyList<AlertId> KnownAlerts)
{
    /// <summary>How many alerts are remembered: minutes of a storm, days of a quiet node.</summary>
    public const int MostKnown = 65_536;

    /// <summary>The same with higher numbers.</summary>
    public Recovered After(long number) => this with
    {
        Kept = [.. Kept.Select(kept => kept with { Alert = kept.Alert with { Number = kept.Alert.Number + number } })],
        Unjudged = [.. Unjudged.Select(alert => alert with { Number = alert.Number + number })],
    };
}

/// <summary>An alert that was kept for an incident.</summary>
internal readonly record struct RecoveredAlert(ReceivedAlert Alert, string IncidentId);
