using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Enrichment;

/// <summary>
/// Remembers since when containers have been unknown, so that one that never gets a pod (started by hand, say) delays only its first alerts.
/// For one thread.
/// </summary>
internal sealed class UnknownContainers(AgentTelemetry telemetry)
{
    private const int Capacity = 1024;

    private readonly Dictionary<ulong, long> _since = [];
    private readonly Queue<ulong> _oldest = new();

    /// <summary>Whether the container has been unknown for less than <paramref name="patience"/>.</summary>
    public bool IsWorthWaiting(ReadOnlySpan<byte> id, TimeSpan patience, TimeProvider clock)
    {
        if (!ContainerIds.TryGetKey(id, out var key))
        {
            return false;
        }

        if (_since.TryGetValue(key, out var since))
        {
            return clock.GetElapsedTime(since) < patience;
        }

        if (_oldest.Count == Capacity)
        {
            _since.Remove(_oldest.Dequeue());
            telemetry.Forgotten("unknown_container");
        }

        _oldest.Enqueue(key);
        _since[key] = clock.GetTimestamp();
        return true;
    }
}
