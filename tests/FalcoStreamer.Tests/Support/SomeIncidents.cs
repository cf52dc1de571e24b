using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Tests.Support;

/// <summary>Incidents as the correlator makes them, put together by hand.</summary>
internal static class SomeIncidents
{
    /// <summary>An incident of <paramref name="alerts"/>, or of one that nobody cares about.</summary>
    public static Incident Of(Subject? subject = null, Judgement? judgement = null, params FalcoAlert[] alerts)
    {
        var all = alerts.Length > 0 ? alerts : [Some.Alert()];
        return new Incident
        {
            Id = "0123456789abcdef0123456789abcdef",
            Subject = subject ?? Pod(),
            Judgement = judgement ?? Undetermined(),
            First = all[0],
            Rules = [.. all.Select(alert => alert.Rule).Distinct()],
            Priority = all.Min(alert => alert.Priority),
            Count = all.Length,
            FirstTime = all.Min(alert => alert.Time),
            LastTime = all.Max(alert => alert.Time),
            Samples = [.. all.GroupBy(alert => (alert.Rule, alert.Field("proc.cmdline").ToString())).Take(8).Select(same => new AlertSample(same.First(), same.Count()))],
            Alerts = [.. all.Select(alert => alert.Id)],
        };
    }

    /// <summary>The container <c>main</c> of the pod lab/web-0, without owner.</summary>
    public static Subject Pod(ContainerFacts? container = null, PodFacts? pod = null, Workload? owner = null) => new()
    {
        Kind = SubjectKind.Pod,
        Resolution = Resolution.Live,
        Namespace = pod?.Namespace ?? "lab",
        Name = pod?.Name ?? "web-0",
        Uid = pod?.Uid ?? "a7cf2daa-6285-4080-808b-6a3d7124d0ad",
        Container = container?.Name ?? "main",
        ContainerType = container?.Type ?? ContainerType.Container,
        ContainerId = "57b1159a4c33",
        Image = container?.Image ?? "lab.local/iproute2:6.1",
        Node = "node-1",
        Owner = owner,
        Pod = pod ?? PodFacts(),
        ContainerFacts = container ?? Container(),
    };

    public static Subject Node() =>
        new() { Kind = SubjectKind.Node, Resolution = Resolution.None, Name = "node-1", Uid = "1f0a8a7c-11d7-4e0b-9f5c-7a58c4c3f8b1", Node = "node-1", ContainerId = "host" };

    public static Subject Unresolved(string containerId = "315011446de2") =>
        new() { Kind = SubjectKind.Unresolved, Resolution = Resolution.None, ContainerId = containerId, Node = "node-1" };

    public static PodFacts PodFacts(string @namespace = "lab", string name = "web-0") =>
        new() { Namespace = @namespace, Name = name, Uid = "a7cf2daa-6285-4080-808b-6a3d7124d0ad", NodeName = "node-1", ServiceAccount = "default" };

    /// <summary>A container whose specification says nothing about security, unless it is told so.</summary>
    public static ContainerFacts Container(SecurityFacts? security = null, params MountFacts[] mounts) =>
        new() { Name = "main", Image = "lab.local/iproute2:6.1", Security = security ?? SecurityFacts.Unset, Mounts = mounts };

    /// <summary>What the standard "restricted" asks for, and a read-only root besides.</summary>
    public static SecurityFacts Restricted() => new()
    {
        AllowPrivilegeEscalation = false,
        RunAsNonRoot = true,
        SeccompType = "RuntimeDefault",
        ReadOnlyRootFilesystem = true,
        DroppedCapabilities = ["ALL"],
    };

    public static Judgement Undetermined(params string[] unseen) => new() { Verdict = Verdict.Undetermined, Confidence = 0, Unseen = unseen };

    public static Judgement Matches(Behaviour behaviour, double confidence = 0.97, params Evidence[] evidence) =>
        new()
        {
            Verdict = behaviour.Nature switch
            {
                BehaviourNature.Harmless => Verdict.Benign,
                BehaviourNature.Attack => Verdict.Suspicious,
                _ => Verdict.Undetermined,
            },
            Confidence = confidence,
            Behaviour = behaviour,
            For = evidence,
            SpecPlace = "livenessProbe",
        };

    public static Judgement Imitates(Behaviour behaviour, params Evidence[] against) =>
        new() { Verdict = Verdict.Suspicious, Confidence = 0.97, Behaviour = behaviour, IsImitation = true, Against = against };

    public static Behaviour Behaviour(string headline = "Something harmless happened", params string[] exceptionFields) => new()
    {
        Id = "some-behaviour",
        Title = "something harmless",
        Nature = BehaviourNature.Harmless,
        Headline = headline,
        Why = "It is done so by design.",
        ExceptionFields = exceptionFields,
    };

    /// <summary>The alert it all began with, once for each end of the interface pair, from a real calico-node pod.</summary>
    public static Incident Calico(Judgement? judgement = null) =>
        Of(CalicoPod(), judgement ?? Matches(CalicoBehaviour(), 0.97, CalicoEvidence()), CalicoAlert('A', 123_456_789), CalicoAlert('B', 240_000_000));

    public static FalcoAlert CalicoAlert(char end, int nanoseconds, string suffix = " || true") => Some.Alert(
        time: new AlertTime(Some.Time.UnixNanoseconds + nanoseconds),
        output: $"Shell spawned in container | command=sh -c ip link del calico_tmp_{end}{suffix}",
        fields:
        [
            ("container.id", "64fac540e48f"), ("container.name", "calico-node"), ("container.image.repository", "docker.io/calico/node"),
            ("container.image.tag", "v3.30.0"), ("k8s.ns.name", "kube-system"), ("k8s.pod.name", "calico-node-x2x9p"),
            ("proc.cmdline", $"sh -c ip link del calico_tmp_{end}{suffix}"), ("proc.name", "sh"), ("proc.pname", "calico-node"), ("proc.tty", 0),
        ]);

    public static Subject CalicoPod() => new()
    {
        Kind = SubjectKind.Pod,
        Resolution = Resolution.Live,
        Namespace = "kube-system",
        Name = "calico-node-x2x9p",
        Uid = "c1c4d7f0-9d5e-4a66-9f0d-2b1f4e0c7a11",
        Container = "calico-node",
        ContainerType = ContainerType.Container,
        ContainerId = "64fac540e48f",
        Image = "docker.io/calico/node:v3.30.0",
        Node = "node-1",
        Owner = new Workload("DaemonSet", "calico-node"),
        Pod = PodFacts("kube-system", "calico-node-x2x9p") with { HostNetwork = true, ServiceAccount = "calico-node" },
        ContainerFacts = Container(new SecurityFacts { Privileged = true }) with { Name = "calico-node", Image = "docker.io/calico/node:v3.30.0" },
    };

    public static Behaviour CalicoBehaviour() => new()
    {
        Id = "calico-felix-xdp-tag",
        Title = "Felix clears its temporary veth pair before reading the XDP program tag",
        Nature = BehaviourNature.Harmless,
        Headline = "Calico cleans up its temporary network interface at start: harmless",
        ImitationHeadline = "{process} in {subject} imitates Calico's interface clean-up, but does something else",
        Why = "The kernel computes the tag of an XDP program, so Felix loads the program on a throw-away veth pair and reads the tag. First it removes what a crash may have left behind; "
            + "'|| true' makes the expected error harmless. It happens at every start of Felix, which also restarts inside a running container.",
        Actions =
        [
            "Nothing has to be contained. Add the exception below and keep the rule for every other command in {container}.",
            "If it repeats every few hundred milliseconds, look for 'failed to wipe the XDP state' in the log of {container}: then reading the tag fails.",
        ],
        ImitationActions =
        [
            "Treat pod {namespace}/{pod} as compromised until you know who started \"{command}\".",
            "Look into the API server's audit log for pods/exec on {namespace}/{pod} around {time}.",
        ],
        Commands =
        [
            "kubectl -n {namespace} logs {pod} -c {container} --since-time={time}",
            "kubectl -n {namespace} get pod {pod} -o jsonpath='{.spec.containers[*].image}'",
        ],
        NeedsPrivileges = ["all"],
        ExceptionFields = ["container.image.repository", "k8s.ns.name", "proc.pname", "proc.name", "proc.cmdline"],
        Attack = ["T1059"],
        Sources = ["projectcalico/calico felix/bpf/bpf.go: GetXDPObjTag, maybeDeleteIface", "projectcalico/calico felix/dataplane/linux/xdp_state.go"],
    };

    private static Evidence[] CalicoEvidence() =>
    [
        new("The command line is exactly one of the two that Felix runs", 3),
        new("Its parent is calico-node", 3),
        new("The pod belongs to DaemonSet calico-node", 2),
        new("The image is docker.io/calico/node", 2),
        new("Interface A was cleared before B within a second", 1),
    ];
}
