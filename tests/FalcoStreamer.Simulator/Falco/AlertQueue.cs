using System.Collections.Concurrent;

namespace FalcoStreamer.Simulator.Falco;

/// <summary>Falco's one queue of alerts for its gRPC clients: unbounded, and whoever pops an alert has it alone.</summary>
internal sealed class AlertQueue
{
    private readonly ConcurrentQueue<byte[]> _alerts = new();
    private long _delivered;
    private long _lost;

    public int Count => _alerts.Count;

    /// <summary>Alerts that were written to a stream; the client may still have thrown them away.</summary>
    public long Delivered => Interlocked.Read(ref _delivered);

    /// <summary>Alerts that were popped, or died with Falco, and were never written.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    public void Add(byte[] alert) => _alerts.Enqueue(alert);

    public bool TryPop(out byte[] alert) => _alerts.TryDequeue(out alert!);

    public void CountDelivered() => Interlocked.Increment(ref _delivered);

    public void CountLost() => Interlocked.Increment(ref _lost);

    /// <summary>Everything that waits is lost.</summary>
    public void LoseAll()
    {
        while (TryPop(out _))
        {
            CountLost();
        }
    }
}
