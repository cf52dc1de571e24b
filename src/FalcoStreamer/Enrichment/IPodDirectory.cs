namespace FalcoStreamer.Enrichment;

/// <summary>What a look into the directory found.</summary>
internal enum PodMatchKind
{
    /// <summary>No pod lists it, or not yet.</summary>
    Unknown,

    Live,

    Deleted,

    /// <summary>Two containers share the digits: neither is meant.</summary>
    Ambiguous,
}

/// <summary>A container of a pod, or the pod alone.</summary>
/// <param name="Container">The container's facts as they were when it ran; null where a pod was looked for by its UID.</param>
internal readonly record struct PodMatch(PodMatchKind Kind, PodFacts? Pod, ContainerFacts? Container)
{
    /// <summary>Whether there is a pod.</summary>
    public bool IsFound => Kind is PodMatchKind.Live or PodMatchKind.Deleted;
}

/// <summary>The pods of this node, and those deleted shortly ago. May be read by any thread.</summary>
internal interface IPodDirectory
{
    /// <summary>Grows with every change.</summary>
    long Version { get; }

    /// <summary>Ends as soon as <see cref="Version"/> is above <paramref name="version"/>.</summary>
    Task WaitForChangeAsync(long version, CancellationToken cancellation);

    /// <summary>The container with an ID of at least 12 digits in UTF-8. Allocates nothing.</summary>
    PodMatch Find(ReadOnlySpan<byte> containerId);

    /// <summary>The pod with a UID, of the API server or, for a static pod, of the container runtime, in UTF-8. Allocates nothing.</summary>
    PodMatch FindPod(ReadOnlySpan<byte> podUid);

    /// <summary>The pod of that name; one that lives goes before one that was deleted.</summary>
    PodMatch FindPod(string @namespace, string name);
}
