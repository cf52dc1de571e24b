namespace FalcoStreamer.Enrichment;

/// <summary>The UIDs by which other systems know this cluster and its nodes; null until they are known.</summary>
internal interface IClusterFacts
{
    /// <summary>Grows when something becomes known.</summary>
    long Version { get; }

    /// <summary>The UID of the namespace kube-system, by which OpenTelemetry tells clusters apart.</summary>
    string? ClusterUid { get; }

    string? NodeUid(string nodeName);
}

/// <summary>Owners and UIDs out of a file of objects (<c>replay --cluster</c>) instead of an API server.</summary>
internal sealed class ClusterObjects : IOwners, IClusterFacts
{
    private const string Remedy = "kubectl get nodes,replicasets,daemonsets,jobs,cronjobs,controllerrevisions,namespaces -A -o json";

    private readonly Dictionary<string, Workload> _ownersByUid = [];
    private readonly Dictionary<string, string> _nodeUids = [];

    private ClusterObjects()
    {
    }

    /// <summary>Nothing is known.</summary>
    public static ClusterObjects Empty { get; } = new();

    public long Version => 0;

    public string? ClusterUid { get; private set; }

    /// <summary>Reads a List of objects of any kinds, or a list of one kind.</summary>
    /// <exception cref="KubernetesListException">It is none; the message names what it is and the remedy.</exception>
    public static async Task<ClusterObjects> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        var list = await KubernetesList.ReadAsync(stream, KubernetesJsonContext.Default.ListJsonObjectJson, Remedy, cancellation);
        if (list.Kind?.EndsWith("List", StringComparison.Ordinal) != true)
        {
            throw KubernetesListException.ForKind(list.Kind, Remedy);
        }

        var objects = new ClusterObjects();
        foreach (var item in list.Items ?? [])
        {
            objects.Add(item.Kind ?? list.Kind[..^"List".Length], item.Metadata);
        }

        return objects;
    }

    public Workload? OwnerOf(PodFacts pod)
    {
        if (pod.Controller is not { } controller)
        {
            return null;
        }

        return OwnerRules.TryResolve(pod, controller, out var workload) ? workload : _ownersByUid.GetValueOrDefault(controller.Uid, workload);
    }

    public string? NodeUid(string nodeName) => _nodeUids.GetValueOrDefault(nodeName);

    private void Add(string kind, ObjectMetadataJson? metadata)
    {
        if (metadata?.Uid is not { } uid)
        {
            return;
        }

        if (PodProjection.ControllerOf(metadata.OwnerReferences) is { } controller)
        {
            _ownersByUid[uid] = new Workload(controller.Kind, controller.Name);
        }
        else if (kind == "Node" && metadata.Name is { } node)
        {
            _nodeUids[node] = uid;
        }
        else if (kind == "Namespace" && metadata.Name == "kube-system")
        {
            ClusterUid = uid;
        }
    }
}
