using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>Writes what an alert is about as the content of a <c>Resource</c>.</summary>
internal static class SubjectResource
{
    public static void Write(AttributeWriter attributes, Subject subject, string? clusterName, string? clusterUid)
    {
        attributes.Begin(1);
        attributes.Text(OtlpAttributes.Resource.ServiceName, ServiceOf(subject), TextForm.Visible);
        attributes.Text(OtlpAttributes.Resource.ClusterName, clusterName);
        attributes.Text(OtlpAttributes.Resource.ClusterUid, clusterUid);
        WriteNode(attributes, subject);
        if (subject.Kind != SubjectKind.Node)
        {
            WritePod(attributes, subject);
            attributes.Text(OtlpAttributes.Resource.ContainerId, FullContainerId(subject), TextForm.Visible);
            WriteImage(attributes, subject.Image);
        }
    }

    /// <summary>
    /// The owner's name, else the pod's, else the container's: the order that OpenTelemetry's operator takes. A process of the node itself
    /// belongs to no service; it goes by Falco's name, because a backend would otherwise call it <c>unknown_service</c>, and <c>host.name</c> tells the nodes apart.
    /// </summary>
    private static string ServiceOf(Subject subject) => subject switch
    {
        { Kind: SubjectKind.Node } => "falco",
        // A static pod's owner is its node.
        { Owner: { Kind: not "Node" } owner } => owner.Name,
        _ => subject.Name ?? subject.Container ?? "falco",
    };

    private static void WriteNode(AttributeWriter attributes, Subject subject)
    {
        var isNode = subject.Kind == SubjectKind.Node;
        var name = subject.Node ?? (isNode ? subject.Name : null);
        attributes.Text(OtlpAttributes.Resource.HostName, name);
        attributes.Text(OtlpAttributes.Resource.NodeName, name);
        attributes.Text(OtlpAttributes.Resource.NodeUid, isNode ? subject.Uid : null);
    }

    private static void WritePod(AttributeWriter attributes, Subject subject)
    {
        attributes.Text(OtlpAttributes.Resource.NamespaceName, subject.Namespace, TextForm.Visible);
        attributes.Text(OtlpAttributes.Resource.PodName, subject.Name, TextForm.Visible);
        attributes.Text(OtlpAttributes.Resource.PodUid, subject.Uid, TextForm.Visible);
        attributes.Text(OtlpAttributes.Resource.ContainerName, subject.Container, TextForm.Visible);
        if (subject.Owner is not { Kind: not "Node" } owner)
        {
            return;
        }

        var key = OtlpAttributes.Resource.ForOwner(owner.Kind);
        if (key.Length > 0)
        {
            attributes.Text(key, owner.Name);
        }
        else
        {
            attributes.Text(OtlpAttributes.Resource.OwnerKind, owner.Kind);
            attributes.Text(OtlpAttributes.Resource.OwnerName, owner.Name);
        }

        // The ReplicaSet between a Deployment and its pod, the Job between a CronJob and its pod.
        if (subject.Pod?.Controller is { } controller && controller.Kind != owner.Kind)
        {
            var between = OtlpAttributes.Resource.ForOwner(controller.Kind);
            if (between.Length > 0)
            {
                attributes.Text(between, controller.Name);
            }
        }
    }

    /// <summary>Other telemetry has the full ID, so Falco's 12 digits are completed where the pod's status knows them.</summary>
    private static string? FullContainerId(Subject subject) => subject switch
    {
        { ContainerId: null or "host" or "" } => null,
        { ContainerFacts.ContainerId: { } full } when full.StartsWith(subject.ContainerId, StringComparison.Ordinal) => full,
        { ContainerFacts.LastContainerId: { } last } when last.StartsWith(subject.ContainerId, StringComparison.Ordinal) => last,
        _ => subject.ContainerId,
    };

    private static void WriteImage(AttributeWriter attributes, string? image)
    {
        if (string.IsNullOrEmpty(image))
        {
            return;
        }

        var digest = image.IndexOf('@', StringComparison.Ordinal);
        var reference = digest < 0 ? image : image[..digest];
        // A colon before the last slash belongs to a registry's port.
        var colon = reference.LastIndexOf(':');
        var tag = colon > reference.LastIndexOf('/') ? colon : reference.Length;
        attributes.Text(OtlpAttributes.Resource.ImageName, reference[..tag], TextForm.Visible);
        if (tag + 1 < reference.Length)
        {
            attributes.List(OtlpAttributes.Resource.ImageTags, [reference[(tag + 1)..]]);
        }

        if (digest >= 0)
        {
            attributes.List(OtlpAttributes.Resource.ImageDigests, [reference[..tag] + image[digest..]]);
        }
    }
}
