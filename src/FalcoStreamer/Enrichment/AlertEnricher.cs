using System.Text;
using FalcoStreamer.Alerts;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Enrichment;

/// <summary>
/// Finds out what an alert is about: a container of a pod, the node, or something that nobody can name.
/// </summary>
/// <remarks>For one thread. An alert of a container that is known allocates nothing.</remarks>
/// <param name="nodeName">The node that this agent runs on; null takes each alert's own host name, as a replay must.</param>
/// <param name="isLive">False where no pod can come later: in a replay, and with <c>kubernetes.enabled: false</c>.</param>
internal sealed class AlertEnricher(
    IPodDirectory pods,
    IOwners owners,
    IClusterFacts cluster,
    string? nodeName,
    bool isLive,
    TimeProvider clock,
    AgentTelemetry telemetry)
{
    private readonly SubjectCache _subjects = new(telemetry);
    private readonly FalcoSubjects _falcoSubjects = new(nodeName, telemetry);
    private readonly UnknownContainers _unknown = new(telemetry);
    private Subject? _node;
    private long _nodeVersion;

    /// <summary>How long an alert may wait for its pod; a serious one almost not at all.</summary>
    public static TimeSpan WaitFor(Priority priority) => TimeSpan.FromSeconds(priority <= Priority.Critical ? 2 : 10);

    /// <summary>What the alert is about; null when its container is not known yet and may be soon.</summary>
    public Subject? TryResolve(FalcoAlert alert)
    {
        var subject = Resolve(alert, out var mayComeLater);
        if (subject.Kind == SubjectKind.Unresolved && mayComeLater && isLive && _unknown.IsWorthWaiting(IdOf(alert).Span, WaitFor(alert.Priority), clock))
        {
            return null;
        }

        return Counted(subject);
    }

    /// <summary>What is known now of what the alert is about.</summary>
    public Subject ResolveNow(FalcoAlert alert) => Counted(Resolve(alert, out _));

    private static Utf8Text IdOf(FalcoAlert alert) => alert.Field("container.id"u8);

    private Subject Resolve(FalcoAlert alert, out bool mayComeLater)
    {
        mayComeLater = false;
        var id = IdOf(alert);
        if (!id.IsPresent || id.Span.IsEmpty)
        {
            return PluginSubjects.IsPluginAlert(alert) ? OfPlugin(alert) : Node(alert);
        }

        if (id.Is("host"u8))
        {
            return Node(alert);
        }

        if (!ContainerIds.TryGetKey(id.Span, out var key))
        {
            return _falcoSubjects.Of(alert, id);
        }

        var uid = alert.Field("k8s.pod.uid"u8);
        var fullId = alert.Field("container.full_id"u8);
        var bestId = ContainerIds.TryGetKey(fullId.Span, out _) ? fullId.Span : id.Span;
        var stamp = pods.Version + owners.Version;
        if (_subjects.TryGet(key, id.Span, bestId, stamp, out var known) && !Contradicts(known, uid))
        {
            return known;
        }

        var match = pods.Find(bestId);
        if (match.Kind == PodMatchKind.Unknown)
        {
            if (uid.IsPresent && IsSandbox(alert, id.Span) && pods.FindPod(uid.Span) is { IsFound: true } sandbox)
            {
                return PodSubject(sandbox, id.ToString());
            }

            mayComeLater = true;
            return _falcoSubjects.Of(alert, id);
        }

        if (match.Kind == PodMatchKind.Ambiguous || Contradicts(match.Pod!, uid))
        {
            // Falco's words name one of the two sides, and so they are not repeated.
            return _falcoSubjects.Nameless(id);
        }

        var isFresh = match.Kind == PodMatchKind.Live;
        return _subjects.Keep(key, stamp, isFresh, PodSubject(match, id.ToString()), match.Container!.ContainerId, bestId.Length);
    }

    private static bool IsSandbox(FalcoAlert alert, ReadOnlySpan<byte> id) =>
        alert.Field("k8s.pod.sandbox_id"u8) is { IsPresent: true } sandbox && sandbox.Span.Length >= ContainerIds.ShortLength
        && (sandbox.Span.StartsWith(id) || id.StartsWith(sandbox.Span));

    private static bool Contradicts(Subject subject, Utf8Text uid) => subject.Pod is { } pod && Contradicts(pod, uid);

    /// <summary>Whether Falco names another pod than the API server. The runtime knows a static pod by its configuration's hash.</summary>
    private static bool Contradicts(PodFacts pod, Utf8Text uid) =>
        uid.IsPresent && !uid.Span.IsEmpty && !Ascii.Equals(uid.Span, pod.Uid) && !(pod.ConfigHash is { } hash && Ascii.Equals(uid.Span, hash));

    /// <summary>What a request to the API server was about is looked up by its name, since the audit log gives no other; such a pod is seldom of this node.</summary>
    private Subject OfPlugin(FalcoAlert alert)
    {
        var request = AuditRequest.From(alert);
        return request is { IsAboutPod: true, Namespace: { } ns, Name: { } name } && pods.FindPod(ns, name) is { IsFound: true } match
            ? PodSubject(PluginSubjects.WithContainer(match, request), containerId: null) with { Source = PluginSubjects.SourceOf(alert) }
            : PluginSubjects.Of(alert, request);
    }

    private Subject PodSubject(PodMatch match, string? containerId)
    {
        var pod = match.Pod!;
        return new Subject
        {
            Kind = SubjectKind.Pod,
            Resolution = match.Kind == PodMatchKind.Live ? Resolution.Live : Resolution.Deleted,
            Namespace = pod.Namespace,
            Name = pod.Name,
            Uid = pod.Uid,
            Container = match.Container?.Name,
            ContainerType = match.Container?.Type ?? (containerId is null ? null : ContainerType.Sandbox),
            ContainerId = containerId,
            Image = match.Container is { Image.Length: > 0 } container ? container.Image : null,
            Node = pod.NodeName ?? nodeName,
            Owner = owners.OwnerOf(pod),
            Revision = owners.RevisionOf(pod),
            Pod = pod,
            ContainerFacts = match.Container,
        };
    }

    private Subject Node(FalcoAlert alert)
    {
        var version = cluster.Version;
        var isSame = _node is not null && _nodeVersion == version && (nodeName is not null || IsNode(alert.HostnameText.Span, _node.Name));
        if (!isSame)
        {
            var name = nodeName ?? (alert.HostnameText.Span.IsEmpty ? null : alert.HostnameText.ToString());
            _nodeVersion = version;
            _node = new Subject
            {
                Kind = SubjectKind.Node,
                Resolution = Resolution.Live,
                Name = name,
                Node = name,
                Uid = name is null ? null : cluster.NodeUid(name),
            };
        }

        return _node!;
    }

    private static bool IsNode(ReadOnlySpan<byte> hostname, string? name) => Ascii.Equals(hostname, name.AsSpan());

    private Subject Counted(Subject subject)
    {
        telemetry.PodLookedUp(subject switch
        {
            { Kind: SubjectKind.Node } => "node",
            { Resolution: Resolution.Live } => "live",
            { Resolution: Resolution.Deleted } => "deleted",
            { Resolution: Resolution.Falco } => "falco",
            _ => "none",
        });
        return subject;
    }
}
