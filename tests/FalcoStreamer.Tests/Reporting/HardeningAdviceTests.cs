using System.Text.Json.Nodes;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Reporting;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Reporting;

public sealed class HardeningAdviceTests
{
    private static readonly string[] EveryLack =
        ["allowPrivilegeEscalation", "capabilities.drop", "runAsNonRoot", "seccompProfile.type", "readOnlyRootFilesystem"];

    [Fact]
    public void SaysNothing_WhenTheContainerLacksNothing()
    {
        var advice = HardeningAdvice.For(SomeIncidents.Of(SomeIncidents.Pod(SomeIncidents.Container(SomeIncidents.Restricted()))));

        Assert.Empty(advice);
    }

    [Fact]
    public void SaysNothing_WhenTheSpecificationIsNotKnown()
    {
        Assert.Empty(HardeningAdvice.For(SomeIncidents.Of(SomeIncidents.Node())));
        Assert.Empty(HardeningAdvice.For(SomeIncidents.Of(SomeIncidents.Unresolved())));
        Assert.Empty(HardeningAdvice.For(SomeIncidents.Of(SomeIncidents.Pod() with { Pod = null, ContainerFacts = null })));
    }

    [Fact]
    public void NamesEveryField_WhenTheSpecificationSaysNothing()
    {
        var advice = HardeningAdvice.For(SomeIncidents.Of());

        Assert.Equal(EveryLack.Length, advice.Count);
        Assert.All(EveryLack.Zip(advice), pair => Assert.Contains($" spec.containers[name=main].securityContext.{pair.First}", pair.Second, StringComparison.Ordinal));
    }

    public static TheoryData<string, string> Lacks => new()
    {
        { "privileged", "Set spec.containers[name=main].securityContext.privileged to false" },
        { "escalation", "allowPrivilegeEscalation to false: it is true" },
        { "root", "runAsNonRoot to true: runAsUser is 0 now" },
        { "root-forbidden-and-asked-for", "securityContext.runAsUser another user than 0" },
        { "user", "runAsNonRoot to true: it runs as user 1000 now" },
        { "beyond-baseline", "Take NET_ADMIN and SYS_PTRACE out of spec.containers[name=main].securityContext.capabilities.add: more than the Pod Security Standard baseline" },
        { "beyond-restricted", "Take CHOWN out of spec.containers[name=main].securityContext.capabilities.add: the Pod Security Standard restricted" },
        { "some-dropped", "Add ALL to spec.containers[name=main].securityContext.capabilities.drop: only MKNOD is dropped" },
        { "unconfined", "seccompProfile.type to RuntimeDefault: Unconfined filters no system call (Pod Security Standard baseline)" },
        { "writable-root", "readOnlyRootFilesystem to true" },
    };

    [Theory]
    [MemberData(nameof(Lacks))]
    public void NamesTheOneThingThatIsWrong(string lack, string expected)
    {
        var security = lack switch
        {
            "privileged" => SomeIncidents.Restricted() with { Privileged = true, AllowPrivilegeEscalation = null, DroppedCapabilities = [], SeccompType = null },
            "escalation" => SomeIncidents.Restricted() with { AllowPrivilegeEscalation = true },
            "root" => SomeIncidents.Restricted() with { RunAsNonRoot = null, RunAsUser = 0 },
            "root-forbidden-and-asked-for" => SomeIncidents.Restricted() with { RunAsNonRoot = true, RunAsUser = 0 },
            "user" => SomeIncidents.Restricted() with { RunAsNonRoot = null, RunAsUser = 1000 },
            "beyond-baseline" => SomeIncidents.Restricted() with { AddedCapabilities = ["NET_ADMIN", "CAP_SYS_PTRACE", "NET_BIND_SERVICE"] },
            "beyond-restricted" => SomeIncidents.Restricted() with { AddedCapabilities = ["CHOWN"] },
            "some-dropped" => SomeIncidents.Restricted() with { DroppedCapabilities = ["MKNOD"] },
            "unconfined" => SomeIncidents.Restricted() with { SeccompType = "Unconfined" },
            _ => SomeIncidents.Restricted() with { ReadOnlyRootFilesystem = false },
        };

        var advice = HardeningAdvice.For(SomeIncidents.Of(SomeIncidents.Pod(SomeIncidents.Container(security))));

        Assert.Contains(expected, Assert.Single(advice), StringComparison.Ordinal);
    }

    [Fact]
    public void TakesThePodsOwnSettings_WhenTheContainerLeavesThemOpen()
    {
        var pod = SomeIncidents.PodFacts() with { Security = new SecurityFacts { RunAsNonRoot = true, SeccompType = "RuntimeDefault" } };
        var container = SomeIncidents.Restricted() with { RunAsNonRoot = null, SeccompType = null };

        Assert.Empty(HardeningAdvice.For(SomeIncidents.Of(SomeIncidents.Pod(SomeIncidents.Container(container), pod))));
        Assert.Single(HardeningAdvice.For(SomeIncidents.Of(SomeIncidents.Pod(SomeIncidents.Container(container with { RunAsNonRoot = false }), pod))));
    }

    [Fact]
    public void NamesTheNodesNamespaces_WhenThePodUsesThem()
    {
        var pod = SomeIncidents.PodFacts() with { HostNetwork = true, HostPid = true, HostIpc = true };

        var advice = HardeningAdvice.For(SomeIncidents.Of(SomeIncidents.Pod(SomeIncidents.Container(SomeIncidents.Restricted()), pod, new Workload("CronJob", "x"))));

        Assert.Equal(3, advice.Count);
        Assert.Contains(advice, text => text.StartsWith("Set spec.jobTemplate.spec.template.spec.hostPID to false", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/run/containerd/containerd.sock", true, "read-only or not")]
    [InlineData("/var/run/docker.sock", false, "read-only or not")]
    [InlineData("/", false, "whole file system of the node, writable")]
    [InlineData("/etc", false, "it is writable")]
    [InlineData("/etc", true, "read-only")]
    public void NamesHostPaths(string hostPath, bool readOnly, string expected)
    {
        var container = SomeIncidents.Container(SomeIncidents.Restricted(), new MountFacts("/host", readOnly, hostPath), new MountFacts("/data", false, null));

        var advice = Assert.Single(HardeningAdvice.For(SomeIncidents.Of(SomeIncidents.Pod(container))));

        Assert.Contains($"{hostPath}, mounted at /host", advice, StringComparison.Ordinal);
        Assert.Contains(expected, advice, StringComparison.Ordinal);
    }

    [Fact]
    public void NamesEveryOtherFieldOfTheBaseline()
    {
        var restricted = SomeIncidents.Restricted();
        string OnlyAdvice(ContainerFacts container, SecurityFacts? pod = null) => Assert.Single(HardeningAdvice.For(SomeIncidents.Of(
            SomeIncidents.Pod(container) is var subject && pod is null ? subject : subject with { Pod = subject.Pod! with { Security = pod! } })));

        Assert.Contains("hostPort 80 and 443", OnlyAdvice(SomeIncidents.Container(restricted) with { HostPorts = [80, 443] }), StringComparison.Ordinal);
        Assert.Contains(
            "Take livenessProbe.httpGet.host out of spec.containers[name=main]",
            OnlyAdvice(SomeIncidents.Container(restricted) with { RequestHosts = ["livenessProbe.httpGet.host"] }),
            StringComparison.Ordinal);
        Assert.Contains("procMount", OnlyAdvice(SomeIncidents.Container(restricted with { ProcMount = "Unmasked" })), StringComparison.Ordinal);
        Assert.Contains("appArmorProfile", OnlyAdvice(SomeIncidents.Container(restricted with { AppArmorType = "Unconfined" })), StringComparison.Ordinal);
        Assert.Contains("spc_t", OnlyAdvice(SomeIncidents.Container(restricted with { SeLinuxType = "spc_t" })), StringComparison.Ordinal);
        Assert.Contains("user and role", OnlyAdvice(SomeIncidents.Container(restricted with { HasSeLinuxIdentity = true })), StringComparison.Ordinal);
        Assert.Contains(
            "kernel.msgmax", OnlyAdvice(SomeIncidents.Container(restricted), new SecurityFacts { Sysctls = ["kernel.msgmax", "net.ipv4.tcp_syncookies"] }), StringComparison.Ordinal);
    }

    [Fact]
    public void NamesVolumesThatTheRestrictedStandardDoesNotList()
    {
        var pod = PodJsons.Pod("p");
        pod["spec"]!["volumes"] = JsonNode.Parse("""
            [{"name":"a","configMap":{"name":"x"}},{"name":"b","csi":{"driver":"x"}},{"name":"c","downwardAPI":{"items":[]}},{"name":"d","emptyDir":{}},
             {"name":"e","ephemeral":{}},{"name":"f","persistentVolumeClaim":{"claimName":"x"}},{"name":"g","projected":{"sources":[]}},{"name":"h","secret":{"secretName":"x"}},
             {"name":"data","nfs":{"server":"10.0.0.9","path":"/"}},{"name":"host","hostPath":{"path":"/x"}}]
            """);
        var facts = PodJsons.Facts(pod) with { Security = new SecurityFacts() };

        var advice = HardeningAdvice.For(SomeIncidents.Of(SomeIncidents.Pod(SomeIncidents.Container(SomeIncidents.Restricted()), facts)));

        Assert.Contains("Replace the volume data, in spec.volumes, by a PersistentVolumeClaim: it is of the kind nfs", Assert.Single(advice), StringComparison.Ordinal);
    }

    [Fact]
    public void NamesWhatThePodSetsForItsOtherContainers()
    {
        var pod = SomeIncidents.PodFacts() with { Security = new SecurityFacts { RunAsUser = 0, SeccompType = "Unconfined" } };

        var advice = HardeningAdvice.For(SomeIncidents.Of(SomeIncidents.Pod(SomeIncidents.Container(SomeIncidents.Restricted() with { RunAsUser = 1000 }), pod)));

        Assert.Equal(2, advice.Count);
        Assert.Contains("Take runAsUser 0 out of spec.securityContext", advice[0], StringComparison.Ordinal);
        Assert.Contains("Set spec.securityContext.seccompProfile.type to RuntimeDefault", advice[1], StringComparison.Ordinal);
    }

    [Fact]
    public void SaysNothing_WhenThePodIsForWindows()
    {
        var pod = PodJsons.Pod("p");
        pod["spec"]!["os"] = new JsonObject { ["name"] = "windows" };

        Assert.Empty(HardeningAdvice.For(SomeIncidents.Of(SomeIncidents.Pod(SomeIncidents.Container(), PodJsons.Facts(pod)))));
    }

    [Fact]
    public void NamesTheToken_WhenTheAlertIsAboutIt()
    {
        var subject = SomeIncidents.Pod(SomeIncidents.Container(SomeIncidents.Restricted()));
        var alert = Some.Alert(fields: ("fd.name", "/var/run/secrets/kubernetes.io/serviceaccount/token"));

        Assert.Contains("spec.automountServiceAccountToken", Assert.Single(HardeningAdvice.For(SomeIncidents.Of(subject, null, alert))), StringComparison.Ordinal);
        Assert.Empty(HardeningAdvice.For(SomeIncidents.Of(subject with { Pod = subject.Pod! with { AutomountServiceAccountToken = false } }, null, alert)));
    }

    [Fact]
    public void LeavesOutWhatTheWorkloadNeeds()
    {
        var behaviour = SomeIncidents.Behaviour() with { NeedsPrivileges = ["runAsNonRoot", "ReadOnlyRootFilesystem"] };

        var advice = HardeningAdvice.For(SomeIncidents.Of(judgement: SomeIncidents.Matches(behaviour)));

        Assert.Equal(3, advice.Count);
        Assert.DoesNotContain(advice, text => text.Contains("runAsNonRoot", StringComparison.Ordinal) || text.Contains("readOnlyRoot", StringComparison.Ordinal));
    }

    [Fact]
    public void SaysThatNothingFits_WhenTheWorkloadNeedsAll()
    {
        var advice = HardeningAdvice.For(SomeIncidents.Calico());

        Assert.Equal("None: this workload needs the privileges it has, and taking one away would break it.", Assert.Single(advice));
    }

    [Fact]
    public void TreatsAnImpostorAsWhatItIs()
    {
        var judgement = SomeIncidents.Imitates(SomeIncidents.CalicoBehaviour(), new Evidence("Another image", 6));

        Assert.Equal(EveryLack.Length, HardeningAdvice.For(SomeIncidents.Of(judgement: judgement)).Count);
        Assert.Empty(HardeningAdvice.For(SomeIncidents.Calico(judgement)));
    }

    [Fact]
    public void SpeaksOfTheRightList_WhenTheContainerIsAnInitOrEphemeralOne()
    {
        var init = HardeningAdvice.For(SomeIncidents.Of(SomeIncidents.Pod(SomeIncidents.Container() with { Type = ContainerType.Init })));
        var ephemeral = HardeningAdvice.For(SomeIncidents.Of(SomeIncidents.Pod(SomeIncidents.Container() with { Type = ContainerType.Ephemeral })));

        Assert.All(init, text => Assert.Contains("spec.initContainers[name=main]", text, StringComparison.Ordinal));
        Assert.Contains("kubectl debug", Assert.Single(ephemeral), StringComparison.Ordinal);
    }
}
