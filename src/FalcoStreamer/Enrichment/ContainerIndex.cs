using System.Text;

namespace FalcoStreamer.Enrichment;

/// <summary>A pod in the directory.</summary>
internal sealed class PodRecord(PodFacts facts)
{
    public PodFacts Facts { get; set; } = facts;

    /// <summary>Its containers of now and earlier, the oldest first.</summary>
    public List<IndexedContainer> Containers { get; } = [];

    /// <summary>Its place among the deleted ones; null while it lives.</summary>
    public LinkedListNode<PodRecord>? Deleted { get; set; }

    /// <summary>When it was deleted, as a timestamp of the clock.</summary>
    public long DeletedAt { get; set; }
}

/// <summary>A container that can be found.</summary>
internal sealed class IndexedContainer(string id, PodRecord pod, ContainerFacts facts)
{
    public string Id { get; } = id;

    public ulong Key { get; } = ContainerIds.KeyOf(id);

    public PodRecord Pod { get; } = pod;

    public ContainerFacts Facts { get; set; } = facts;

    /// <summary>The next one with the same first 12 digits.</summary>
    public IndexedContainer? Next { get; set; }
}

/// <summary>Finds containers by their full ID or by any beginning of at least 12 digits. Not safe for several threads.</summary>
internal sealed class ContainerIndex
{
    private readonly Dictionary<ulong, IndexedContainer> _first = [];

    public void Add(IndexedContainer container)
    {
        container.Next = _first.GetValueOrDefault(container.Key);
        _first[container.Key] = container;
    }

    public void Remove(IndexedContainer container)
    {
        var first = _first[container.Key];
        if (first == container)
        {
            if (container.Next is null)
            {
                _first.Remove(container.Key);
            }
            else
            {
                _first[container.Key] = container.Next;
            }

            return;
        }

        while (first.Next != container)
        {
            first = first.Next!;
        }

        first.Next = container.Next;
    }

    /// <summary>The one container with <paramref name="id"/>, in UTF-8; null when there is none, or, said by <paramref name="isAmbiguous"/>, several.</summary>
    public IndexedContainer? Find(ReadOnlySpan<byte> id, out bool isAmbiguous)
    {
        isAmbiguous = false;
        if (!ContainerIds.TryGetKey(id, out var key))
        {
            return null;
        }

        IndexedContainer? found = null;
        for (var candidate = _first.GetValueOrDefault(key); candidate is not null; candidate = candidate.Next)
        {
            if (id.Length > candidate.Id.Length || !Ascii.EqualsIgnoreCase(id, candidate.Id.AsSpan(0, id.Length)))
            {
                continue;
            }

            if (found is null || IsSuccessor(candidate, found))
            {
                found = candidate;
            }
            else if (!IsSuccessor(found, candidate))
            {
                isAmbiguous = true;
                return null;
            }
        }

        return found;
    }

    /// <summary>
    /// The mirror pod of a static pod gets a new UID when somebody deletes it, while its containers run on: the newer one goes before.
    /// </summary>
    private static bool IsSuccessor(IndexedContainer one, IndexedContainer other) =>
        one.Id == other.Id
        && other.Pod.Deleted is not null
        && (one.Pod.Deleted is null || one.Pod.DeletedAt > other.Pod.DeletedAt);
}
