using System.Text;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Enrichment;

/// <summary>
/// Knows this node's pods by the IDs of their containers, those of earlier runs included, and remembers deleted pods for a while.
/// </summary>
/// <param name="wanted">The labels and annotations that are kept; null for all.</param>
/// <remarks>One writer, any number of readers.</remarks>
internal sealed class PodDirectory(TimeProvider clock, AgentTelemetry telemetry, PodTextKeys? wanted = null) : IPodDirectory
{
    /// <summary>How many deleted pods are remembered.</summary>
    public const int MostDeleted = 1024;

    /// <summary>How many IDs of earlier runs are remembered per pod.</summary>
    public const int MostEarlierContainers = 16;

    /// <summary>How long a deleted pod is remembered.</summary>
    public static readonly TimeSpan DeletedFor = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly ContainerIndex _containers = new();
    private readonly Dictionary<string, PodRecord> _pods = [];
    private readonly Dictionary<string, PodRecord> _byConfigHash = [];
    private readonly Dictionary<(string Namespace, string Name), PodRecord> _byName = [];
    private readonly LinkedList<PodRecord> _deleted = [];
    private TaskCompletionSource? _changed;
    private long _version;

    public long Version => Interlocked.Read(ref _version);

    /// <summary>How many pods live.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _pods.Count - _deleted.Count;
            }
        }
    }

    /// <summary>Takes a whole list: pods that are not in it have been deleted.</summary>
    public void Replace(IReadOnlyCollection<PodFacts> pods)
    {
        lock (_gate)
        {
            ForgetExpired();
            var listed = pods.Select(pod => pod.Uid).ToHashSet();
            foreach (var record in _pods.Values.Where(record => record.Deleted is null && !listed.Contains(record.Facts.Uid)).ToList())
            {
                MarkDeleted(record);
            }

            foreach (var pod in pods)
            {
                IndexName(Keep(pod));
            }
        }

        Announce();
    }

    /// <summary>Takes a pod that is new or has changed.</summary>
    public void Set(PodFacts pod)
    {
        lock (_gate)
        {
            ForgetExpired();
            IndexName(Keep(pod));
        }

        Announce();
    }

    /// <summary>Takes the last state of a deleted pod, and remembers it.</summary>
    public void Delete(PodFacts pod)
    {
        lock (_gate)
        {
            ForgetExpired();
            var record = Keep(pod);
            IndexName(record);
            MarkDeleted(record);
        }

        Announce();
    }

    public Task WaitForChangeAsync(long version, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_version > version)
            {
                return Task.CompletedTask;
            }

            _changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _changed.Task.WaitAsync(cancellation);
        }
    }

    public PodMatch Find(ReadOnlySpan<byte> containerId)
    {
        lock (_gate)
        {
            var container = _containers.Find(containerId, out var isAmbiguous);
            return isAmbiguous ? new PodMatch(PodMatchKind.Ambiguous, null, null) : Match(container?.Pod, container?.Facts);
        }
    }

    public PodMatch FindPod(ReadOnlySpan<byte> podUid)
    {
        Span<char> uid = stackalloc char[128];
        if (podUid.Length > uid.Length || !Encoding.UTF8.TryGetChars(podUid, uid, out var length))
        {
            return default;
        }

        lock (_gate)
        {
            return _pods.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(uid[..length], out var record)
                || _byConfigHash.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(uid[..length], out record)
                ? Match(record, null)
                : default;
        }
    }

    public PodMatch FindPod(string @namespace, string name)
    {
        lock (_gate)
        {
            return Match(_byName.GetValueOrDefault((@namespace, name)), null);
        }
    }

    private PodMatch Match(PodRecord? record, ContainerFacts? container)
    {
        if (record is null || (record.Deleted is not null && IsExpired(record)))
        {
            return default;
        }

        return new PodMatch(record.Deleted is null ? PodMatchKind.Live : PodMatchKind.Deleted, record.Facts, container);
    }

    private PodRecord Keep(PodFacts pod)
    {
        if (!_pods.TryGetValue(pod.Uid, out var record))
        {
            _pods[pod.Uid] = record = new PodRecord(pod);
        }
        else if (record.Deleted is { } place)
        {
            // An older list was served from the API server's cache: the pod lives after all.
            _deleted.Remove(place);
            record.Deleted = null;
        }

        record.Facts = wanted is null ? pod : wanted.Trim(pod);
        if (pod.ConfigHash is { } hash)
        {
            _byConfigHash[hash] = record;
        }

        var listed = 0;
        foreach (var container in pod.Containers)
        {
            listed += Index(record, container.LastContainerId, container, isCurrent: container.LastContainerId == container.ContainerId);
            listed += container.ContainerId == container.LastContainerId ? 0 : Index(record, container.ContainerId, container, isCurrent: true);
        }

        for (var surplus = record.Containers.Count - listed - MostEarlierContainers; surplus > 0; surplus--)
        {
            _containers.Remove(record.Containers[0]);
            record.Containers.RemoveAt(0);
            telemetry.Forgotten("container");
        }

        return record;
    }

    /// <summary>A StatefulSet's pod comes again under its name, and the last word about the one before may come later.</summary>
    private void IndexName(PodRecord record)
    {
        var key = (record.Facts.Namespace, record.Facts.Name);
        if (_byName.GetValueOrDefault(key) is not { Deleted: null } known || known.Facts.Created is not { } created || !(record.Facts.Created < created))
        {
            _byName[key] = record;
        }
    }

    /// <summary>Makes a container findable; it moves behind those that are listed no more. Gives 1, or 0 when there is no ID.</summary>
    private int Index(PodRecord record, string? id, ContainerFacts facts, bool isCurrent)
    {
        if (id is null)
        {
            return 0;
        }

        var place = record.Containers.FindIndex(container => container.Id == id);
        IndexedContainer container;
        if (place >= 0)
        {
            container = record.Containers[place];
            record.Containers.RemoveAt(place);
            container.Facts = isCurrent ? facts : container.Facts;
        }
        else
        {
            // When the run before this one started is not known.
            container = new IndexedContainer(id, record, isCurrent ? facts : facts with { ContainerId = id, LastContainerId = null, StartedAt = null });
            _containers.Add(container);
        }

        record.Containers.Add(container);
        return 1;
    }

    private void MarkDeleted(PodRecord record)
    {
        record.DeletedAt = clock.GetTimestamp();
        record.Deleted = _deleted.AddLast(record);
        if (_deleted.Count > MostDeleted)
        {
            Forget(_deleted.First!.Value);
            telemetry.Forgotten("deleted_pod");
        }
    }

    private bool IsExpired(PodRecord record) => clock.GetElapsedTime(record.DeletedAt) >= DeletedFor;

    private void ForgetExpired()
    {
        while (_deleted.First is { } oldest && IsExpired(oldest.Value))
        {
            Forget(oldest.Value);
        }
    }

    private void Forget(PodRecord record)
    {
        _deleted.Remove(record.Deleted!);
        _pods.Remove(record.Facts.Uid);
        if (record.Facts.ConfigHash is { } hash && _byConfigHash.GetValueOrDefault(hash) == record)
        {
            _byConfigHash.Remove(hash);
        }

        var name = (record.Facts.Namespace, record.Facts.Name);
        if (_byName.GetValueOrDefault(name) == record)
        {
            _byName.Remove(name);
        }

        record.Containers.ForEach(_containers.Remove);
    }

    private void Announce()
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            Interlocked.Increment(ref _version);
            waiting = _changed;
            _changed = null;
        }

        waiting?.TrySetResult();
    }
}
