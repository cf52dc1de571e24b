using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>
/// The encoded resources of the subjects that were seen lately, because thousands of alerts may come from one container.
/// </summary>
/// <param name="clusterUid">Asked each time: it may become known only after the first alerts.</param>
internal sealed class ResourceCache(string? clusterName, Func<string?> clusterUid)
{
    private const int Capacity = 512;

    private readonly Dictionary<string, EncodedResource> _byKey = [];
    private readonly ProtobufWriter _writer = new(1024);
    private AttributeWriter? _attributes;

    /// <summary>The resource of <paramref name="subject"/>; the same object while nothing in it changes.</summary>
    public EncodedResource For(Subject subject)
    {
        var uid = clusterUid();
        if (_byKey.TryGetValue(subject.Key, out var known) && known.IsOf(subject, uid))
        {
            return known;
        }

        if (_byKey.Count >= Capacity)
        {
            // Encoding all anew now and then is cheaper than keeping an order for every alert.
            _byKey.Clear();
        }

        _writer.Clear();
        SubjectResource.Write(_attributes ??= new AttributeWriter(_writer), subject, clusterName, uid);
        return _byKey[subject.Key] = new EncodedResource(subject, uid, _writer.Span.ToArray());
    }
}

/// <summary>A resource's bytes, and its place in the batch that is being encoded.</summary>
internal sealed class EncodedResource(Subject subject, string? clusterUid, byte[] bytes)
{
    public ReadOnlySpan<byte> Bytes => bytes;

    /// <summary>The number of the batch that the two members below belong to.</summary>
    public long Batch { get; set; }

    /// <summary>The first record of this resource in the batch.</summary>
    public int First { get; set; }

    /// <summary>The last record of this resource in the batch so far.</summary>
    public int Last { get; set; }

    /// <summary>
    /// Whether the bytes say what <paramref name="other"/> is. The key alone does not tell: a container keeps it when it restarts, and a
    /// resource must then have the new ID.
    /// </summary>
    public bool IsOf(Subject other, string? uid) => uid == clusterUid
        && (ReferenceEquals(subject, other)
            || (subject.Kind == other.Kind
                && subject.ContainerId == other.ContainerId
                && subject.Name == other.Name
                && subject.Namespace == other.Namespace
                && subject.Uid == other.Uid
                && subject.Container == other.Container
                && subject.Image == other.Image
                && subject.Node == other.Node
                && subject.Owner == other.Owner
                && subject.Pod?.Controller == other.Pod?.Controller
                && subject.ContainerFacts?.ContainerId == other.ContainerFacts?.ContainerId
                && subject.ContainerFacts?.LastContainerId == other.ContainerFacts?.LastContainerId));
}
