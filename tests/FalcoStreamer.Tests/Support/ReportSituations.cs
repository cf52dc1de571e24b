using System.Collections.Concurrent;
using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Tests.Judging;

namespace FalcoStreamer.Tests.Support;

/// <summary>The situations whose reports a person has read: what people meet, as the program judges it with what it ships.</summary>
internal static class ReportSituations
{
    private static readonly IReadOnlyList<FalcoAlert> Http = Recordings.HttpAlerts();

    private static readonly Lazy<Dictionary<string, JudgementCase>> Labelled = new(() => JudgementCases.All().ToDictionary(judged => judged.Id, StringComparer.Ordinal));

    /// <summary>Situations of the labelled set: the name of the case.</summary>
    private static readonly Dictionary<string, string> Cases = new(StringComparer.Ordinal)
    {
        ["calico-benign"] = "calico/xdp-seed",
        ["calico-imitated-with-suffix"] = "calico/xdp-suffix",
        ["calico-imitated-in-another-pod"] = "calico/xdp-in-another-application",
        ["liveness-probe"] = "kubernetes/liveness-in-rhythm",
        ["probe-with-something-behind-it"] = "kubernetes/probe-and-more",
        ["container-start"] = "kubernetes/entrypoint",
        ["init-container"] = "kubernetes/init",
        ["cronjob"] = "kubernetes/cronjob",
        ["packages-by-specification"] = "kubernetes/packages-below-tini",
        ["velero-hook"] = "kubernetes/velero-pre",
        ["terminal-in-container"] = "people/exec-terminal-containerd",
        ["command-from-outside"] = "people/exec-command",
        ["kubectl-cp"] = "people/cp-out",
        ["kubectl-debug"] = "people/debug-container",
        ["kubectl-debug-node"] = "people/debug-node",
        ["cluster-role-made"] = "people/role-with-exec",
        ["exec-by-ci-runner"] = "people/exec-by-ci-runner",
        ["exec-by-a-stolen-token"] = "people/exec-by-the-pods-own-account",
        ["velero-hook-with-audit"] = "kubernetes/velero-pre-by-velero",
        ["looks-around"] = "attacks/looks-around",
        ["reverse-shell"] = "attacks/reverse-shell-bash",
        ["escape-by-nsenter"] = "attacks/escape-nsenter",
        ["spread-over-pods"] = "attacks/spreads",
        ["cloud-credentials"] = "attacks/cloud-credentials",
        ["download-and-execute"] = "attacks/moves-in",
        ["attack-after-a-harmless-start"] = "attacks/after-a-harmless-start",
        ["packages-at-run-time"] = "unknown/application-installs-packages",
        ["own-rule"] = "unknown/own-rule-about-a-file",
        ["no-fields"] = "unknown/all-null",
        ["program-of-the-node"] = "unknown/process-of-the-node",
        ["image-unpacked-on-the-node"] = "nodes/unpack-log-k3s",
    };

    /// <summary>Situations that need more than Falco's alerts and the API server's pods.</summary>
    private static readonly Dictionary<string, Func<Incident>> Others = new(StringComparer.Ordinal)
    {
        ["token-looked-at"] = () => Judged(Http[2], SomeIncidents.Pod()),
        ["host-reads-shadow"] = () => Judged(Http[89], SomeIncidents.Node()),
        ["sandbox-of-unknown-pod"] = () => Judged(Http[81], SomeIncidents.Unresolved()),
        ["falco-about-itself"] = () => Judged(Http[245], SomeIncidents.Node() with { ContainerId = null }),
        ["falco-lost-events"] = () => Judged(FalcoLoss(), SomeIncidents.Node() with { ContainerId = null }),
        ["probe-while-falco-lost-events"] = () => Judged(SomePods.CalicoAlert(), SomePods.CalicoSubject(), FalcoLoss()),
        ["deleted-pod"] = DeletedPod,
        ["exec-with-user"] = () => Exec(isAudited: true),
        ["exec-without-audit"] = () => Exec(isAudited: false),
        ["audit-of-a-secret"] = () => Judged(SomeAudits.Of(
            "k8s_audit",
            "K8s Secret Get Successfully",
            fields: [("ka.user.name", "alice@example.com"), ("ka.target.resource", "secrets"), ("ka.target.namespace", "shop"), ("ka.target.name", "db-password"), ("ka.response.code", "200")])),
        ["plugin-source"] = () => Judged(SomeAudits.Of("okta", "Removed MFA Factor from User", fields: [("okta.actor.name", "alice"), ("okta.target.user.name", "bob")])),
        ["invalid-utf8"] = () => Judged(FalcoAlert.FromProtobuf(Recordings.Messages("falco/grpc-utf8-0.43.1.raw.hex")[1]), SomeIncidents.Node()),
    };

    private static readonly ConcurrentDictionary<string, Task<IReadOnlyList<Incident>>> Judgements = new(StringComparer.Ordinal);

    public static TheoryData<string> Names => [.. Cases.Keys, .. Others.Keys];

    /// <summary>The incident that a person would open first: the most worrying one, and of a story the one that leads.</summary>
    public static async Task<Incident> NamedAsync(string name)
    {
        if (Others.TryGetValue(name, out var other))
        {
            return other();
        }

        var incidents = await Judgements.GetOrAdd(Cases[name], JudgeAsync);
        return incidents
            .OrderByDescending(incident => incident.Judgement.Verdict)
            .ThenByDescending(incident => incident.Judgement.Sequence?.Id == incident.Id)
            .First();
    }

    private static async Task<IReadOnlyList<Incident>> JudgeAsync(string id)
    {
        using var court = new CaseCourt(Shipped.Behaviours);
        return await court.JudgeAsync(Labelled.Value[id], CancellationToken.None);
    }

    /// <summary>A terminal as the shipped knowledge judges it, with or without the request for it in the audit log.</summary>
    private static Incident Exec(bool isAudited)
    {
        var pod = SomePods.Subject(SomePods.Pod(SomePods.Container() with { StartedAt = Some.Time + TimeSpan.FromHours(-1) }), new Workload("Deployment", "web"));
        var shell = Some.Alert(
            "Terminal shell in container", Priority.Notice, fields: [("proc.name", "bash"), ("proc.cmdline", "bash"), ("proc.pname", "containerd-shim"), ("proc.tty", 34816)]);
        var audit = SomeAudits.Exec(
            Some.Time + TimeSpan.FromSeconds(-1),
            ("ka.uri.param[command]", "bash"), ("ka.user.groups", "(dev,system:authenticated)"), ("ka.sourceips", "(10.0.0.7)"), ("ka.useragent", "kubectl/v1.33.1"));
        var correlator = new Correlator(Shipped.Behaviours, new CorrelationOptions());
        List<IncidentChange> changes = [];
        if (isAudited)
        {
            correlator.Add(audit, pod with { Source = "k8s_audit" }, audit.Time, changes);
        }

        correlator.Add(shell, pod, shell.Time, changes);
        return changes[^1].Incident;
    }

    /// <summary>The incident of <paramref name="alert"/> as the shipped knowledge judges it, after what came <paramref name="before"/> on the same node.</summary>
    private static Incident Judged(FalcoAlert alert, Subject? subject = null, FalcoAlert? before = null)
    {
        List<IncidentChange> changes = [];
        var correlator = new Correlator(Shipped.Behaviours, new CorrelationOptions());
        if (before is not null)
        {
            correlator.Add(before, SomeIncidents.Node(), before.Time, changes);
        }

        correlator.Add(alert, subject ?? PluginSubjects.Of(alert, AuditRequest.From(alert)), alert.Time, changes);
        return changes[^1].Incident;
    }

    /// <summary>As Falco says it three seconds before the other alerts, userspace/falco/event_drops.cpp.</summary>
    private static FalcoAlert FalcoLoss() => FalcoAlert.FromJson(
        """
        {"hostname":"node-1","output":"Falco internal: syscall event drop. 4215 system calls dropped in last second.",
        "output_fields":{"ebpf_enabled":"1","n_drops":"4215","n_drops_buffer_total":"4215","n_evts":"61240"},
        "priority":"Debug","rule":"Falco internal: syscall event drop","source":"internal","tags":[],"time":"2025-01-01T09:59:57.000000000Z"}
        """u8.ToArray());

    private static Incident DeletedPod() => Judged(
        Http[206],
        SomeIncidents.Pod(
            SomeIncidents.Container(SomeIncidents.Restricted() with { ReadOnlyRootFilesystem = null }),
            SomeIncidents.PodFacts("shop", "worker-28571234-abcde"),
            new Workload("CronJob", "worker")) with
        { Resolution = Resolution.Deleted });
}
