namespace FalcoStreamer.Enrichment;

/// <summary>What kind of thing an alert is about.</summary>
internal enum SubjectKind
{
    /// <summary>A container of a pod that the API server knows.</summary>
    Pod,

    /// <summary>The node itself: a process outside containers, or Falco's word about itself.</summary>
    Node,

    /// <summary>A container that belongs to no pod we know, or what a plugin's alert is about.</summary>
    Unresolved,
}

/// <summary>How it is known which pod an alert is about.</summary>
internal enum Resolution
{
    /// <summary>The pod was listed when the alert was judged.</summary>
    Live,

    /// <summary>The pod was deleted shortly before.</summary>
    Deleted,

    /// <summary>Only Falco's own fields name the pod.</summary>
    Falco,

    /// <summary>Nothing names a pod.</summary>
    None,
}

/// <summary>The workload that a person deployed: a Deployment rather than its ReplicaSet.</summary>
internal sealed record Workload(string Kind, string Name);

/// <summary>An object of the API server that is no pod.</summary>
/// <param name="Resource">Its resource in the plural, e.g. <c>secrets</c>.</param>
/// <param name="Name">Null where a request named none, as a list does.</param>
internal sealed record ApiObject(string Resource, string? Name);

/// <summary>What an alert is about. What is not known is null, never guessed.</summary>
internal sealed record Subject
{
    private string? _key;

    public required SubjectKind Kind { get; init; }

    public required Resolution Resolution { get; init; }

    public string? Namespace { get; init; }

    /// <summary>The pod's name, or the node's when <see cref="Kind"/> is <see cref="SubjectKind.Node"/>.</summary>
    public string? Name { get; init; }

    /// <summary>The UID of the object that <see cref="Name"/> names.</summary>
    public string? Uid { get; init; }

    public string? Container { get; init; }

    public ContainerType? ContainerType { get; init; }

    /// <summary>As Falco gives it: 12 digits, or the full ID where it is configured to say that.</summary>
    public string? ContainerId { get; init; }

    /// <summary>The image as a person writes it: repository and tag.</summary>
    public string? Image { get; init; }

    public string? Node { get; init; }

    /// <summary>The source of an alert that no process caused, e.g. <c>k8s_audit</c> or <c>okta</c>; null for what Falco saw in the kernel.</summary>
    public string? Source { get; init; }

    /// <summary>The object that a request to the API server was about, where it is no pod; its namespace is <see cref="Namespace"/>.</summary>
    public ApiObject? Object { get; init; }

    public Workload? Owner { get; init; }

    /// <summary>The revision of its owner that the pod was made from; null where it is not known, or not yet.</summary>
    public PodRevision? Revision { get; init; }

    /// <summary>The pod's facts; null unless <see cref="Kind"/> is <see cref="SubjectKind.Pod"/>.</summary>
    public PodFacts? Pod { get; init; }

    /// <summary>The container's facts; null when the pod's status does not list it, such as a sandbox.</summary>
    public ContainerFacts? ContainerFacts { get; init; }

    /// <summary>
    /// Equal for all alerts of one subject: a container keeps it when it restarts.
    /// </summary>
    public string Key => _key ??= Kind switch
    {
        SubjectKind.Pod => $"pod/{Uid}/{Container}",
        SubjectKind.Node => $"node/{Name}",
        _ when Object is not null => $"{Source}/{Object.Resource}/{Namespace}/{Object.Name}",
        _ when Source is not null => $"{Source}/pods/{Namespace}/{Name}",
        _ => $"container/{ContainerId}",
    };
}
