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

/// <summary>Owners, revisions and UIDs out of a file of objects (<c>replay --cluster</c>) instead of an API server.</summary>
internal sealed class ClusterObjects : IOwners, IClusterFacts
{
    private const string Remedy = "kubectl get nodes,replicasets,jobs,controllerrevisions,namespaces -A -o json";

    private readonly Dictionary<string, OwnerAnswer> _answers = [];
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
            objects.Add(item.Kind ?? list.Kind[..^"List".Length], item);
        }

        return objects;
    }

    public Workload? OwnerOf(PodFacts pod)
    {
        if (pod.Controller is not { } controller)
        {
            return null;
        }

        return OwnerRules.TryResolve(pod, controller, out var workload) ? workload : AnswerAbout(pod)?.Workload ?? workload;
    }

    public PodRevision? RevisionOf(PodFacts pod) => AnswerAbout(pod)?.Revision;

    public string? NodeUid(string nodeName) => _nodeUids.GetValueOrDefault(nodeName);

    private OwnerAnswer? AnswerAbout(PodFacts pod) => OwnerQuestion.About(pod) is { } question ? _answers.GetValueOrDefault(question.Key) : null;

    private void Add(string kind, ObjectJson item)
    {
        if (OwnerQuestion.Read(kind, item) is { } told)
        {
            _answers[told.Key] = told.Answer;
        }
        else if (kind == "Node" && item.Metadata is { Name: { } node, Uid: { } nodeUid })
        {
            _nodeUids[node] = nodeUid;
        }
        else if (kind == "Namespace" && item.Metadata is { Name: "kube-system", Uid: { } clusterUid })
        {
            ClusterUid = clusterUid;
        }
    }
}
