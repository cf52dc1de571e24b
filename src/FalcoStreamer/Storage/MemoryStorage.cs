using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using FalcoStreamer.Alerts;
using FalcoStreamer.Sources;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Storage;

/// <summary>Inbox and outbox without a disk: nothing outlives the process, and a sink that is away costs at most <see cref="OutboxBytes"/>.</summary>
internal sealed class MemoryStorage(AgentTelemetry telemetry, long outboxBytes = MemoryStorage.OutboxBytes) : IStorage
{
    /// <summary>What may wait for one sink, some 20,000 alerts: a node's memory is dear, and what must not be lost belongs on the disk.</summary>
    public const long OutboxBytes = 32 * 1024 * 1024;

    private readonly ConcurrentDictionary<string, MemoryOutbox> _outboxes = new(StringComparer.Ordinal);

    public bool IsDurable => false;

    public bool TryTakeLeft([NotNullWhen(true)] out Recovered? left)
    {
        left = null;
        return false;
    }

    public ValueTask<IReadOnlyList<ReceivedAlert>> AcceptAsync(AlertBatch batch, string source, AlertTime received) =>
        ValueTask.FromResult<IReadOnlyList<ReceivedAlert>>([.. batch.Alerts.Select(alert => new ReceivedAlert(alert, received, source, 0))]);

    public ValueTask CommitAsync(Turn turn)
    {
        foreach (var chunk in turn.Chunks)
        {
            Outbox(chunk.Sink).Add(chunk);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask ForgetAsync(IReadOnlyList<string> incidentIds) => ValueTask.CompletedTask;

    public IOutbox OutboxOf(string sink) => Outbox(sink);

    public void Complete()
    {
        foreach (var outbox in _outboxes.Values)
        {
            outbox.Complete();
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private MemoryOutbox Outbox(string sink) =>
        _outboxes.GetOrAdd(sink, name => new MemoryOutbox(outboxBytes, count => telemetry.RecordsDropped(name, count)));
}
