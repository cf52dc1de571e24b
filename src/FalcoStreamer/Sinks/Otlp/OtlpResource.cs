using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>Writes the resource of a subject: where it happened (contracts/otlp.md, "Record"). What is not known is left out.</summary>
/// <param name="clusterName">The cluster's name for people, or null.</param>
/// <param name="clusterUid">The UID of the namespace kube-system; null until it is known.</param>
internal sealed class OtlpResource(string? clusterName, Func<string?> clusterUid)
{
    private const int Attributes = 1;

    /// <summary>What is in the answer changes only when this does: encoded resources may be kept as long.</summary>
    public string? ClusterUid => clusterUid();

    public byte[] Encode(Subject subject)
    {
        var writer = new ProtobufWriter();
        writer.Attribute(Attributes, "service.name"u8, ServiceName(subject));
        writer.Attribute(Attributes, "k8s.cluster.name"u8, clusterName);
        writer.Attribute(Attributes, "k8s.cluster.uid"u8, clusterUid());
        writer.Attribute(Attributes, "k8s.node.name"u8, subject.Node);
        writer.Attribute(Attributes, "host.name"u8, subject.Node);
        if (subject.Kind == SubjectKind.Node)
        {
            writer.Attribute(Attributes, "k8s.node.uid"u8, subject.Uid);
            return writer.Written.ToArray();
        }

        writer.Attribute(Attributes, "k8s.namespace.name"u8, subject.Namespace);
        writer.Attribute(Attributes, "k8s.pod.name"u8, subject.Name);
        writer.Attribute(Attributes, "k8s.pod.uid"u8, subject.Kind == SubjectKind.Pod ? subject.Uid : null);
        writer.Attribute(Attributes, "k8s.container.name"u8, subject.Container);
        writer.Attribute(Attributes, "container.id"u8, subject.ContainerFacts?.ContainerId is { } full && full.StartsWith(subject.ContainerId ?? "?", StringComparison.Ordinal) ? full : subject.ContainerId);
        if (subject.Owner is { } owner && OtlpAttributes.NameOfOwner(owner.Kind) is { IsEmpty: false } name)
        {
            writer.Attribute(Attributes, name, owner.Name);
        }

        if (subject.Image is { } image)
        {
            var tag = image.LastIndexOf(':');
            var hasTag = tag > image.LastIndexOf('/') && !image.Contains('@', StringComparison.Ordinal);
            writer.Attribute(Attributes, "container.image.name"u8, hasTag ? image[..tag] : image);
            writer.Attribute(Attributes, "container.image.tags"u8, hasTag ? [image[(tag + 1)..]] : Array.Empty<string>());
        }

        return writer.Written.ToArray();
    }

    /// <summary>
    /// Backends group by this: the workload, or else the container, as the conventions for Kubernetes say; the node's own processes go under <c>falco</c>.
    /// </summary>
    private static string ServiceName(Subject subject) => subject.Kind == SubjectKind.Node
        ? "falco"
        : subject.Owner?.Name ?? subject.Name ?? subject.Container ?? "unknown_service";
}
