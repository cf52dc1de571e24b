using System.Text;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Enrichment;

public sealed class PodProjectionTests
{
    [Fact]
    public async Task ReadsTheRecordedList()
    {
        var pods = await PodJsons.FactsAsync(Recordings.Read("kubernetes/node1/pods-list.json"));

        Assert.Equal(["static-probe-node-1", "crash", "guaranteed", "hostnet", "multi", "noimage", "oneshot", "web-0"], pods.Select(pod => pod.Name));
        var probe = pods[0];
        Assert.Equal("e0a8f8f9-cce7-4fdb-9f25-5ae4f581e54a", probe.Uid);
        Assert.Equal("b60fe688545ad135fe55da7a3d6a1658", probe.ConfigHash);
        Assert.Equal(new OwnerFacts("v1", "Node", "node-1", "76b732c1-df19-4872-93e2-87ba92496db0"), probe.Controller);
        Assert.True(probe.HostNetwork);
        var main = Assert.Single(probe.Containers);
        Assert.Equal(["sh", "-c", "exec sleep 1000000"], main.Command);
        Assert.Equal("f94a0bda78c5de87c70c406dd3b20f060b76a3f8c1c576a74a8251265b6fca24", main.ContainerId);
        Assert.Equal("2026-11-24T04:08:47.000000000Z", main.StartedAt.ToString());
    }

    [Fact]
    public async Task KnowsContainersOfEveryTypeInTheirOrder()
    {
        var pods = await PodJsons.FactsAsync(Recordings.Read("kubernetes/node1/pods-list.json"));

        var multi = pods.Single(pod => pod.Name == "multi");

        Assert.Equal(
            [("init-a", ContainerType.Init, false), ("sidecar", ContainerType.Init, true), ("a", ContainerType.Container, false), ("b", ContainerType.Container, false)],
            multi.Containers.Select(container => (container.Name, container.Type, container.IsSidecar)));
    }

    [Fact]
    public async Task KeepsTheSecurityFieldsThatFewPodsSet()
    {
        const string pod = """
            {"kind":"Pod","metadata":{"name":"p","namespace":"d","uid":"u"},"spec":{
              "securityContext":{"sysctls":[{"name":"kernel.msgmax","value":"1"}],"appArmorProfile":{"type":"Unconfined"}},
              "containers":[{"name":"c","ports":[{"containerPort":80,"hostPort":8080},{"containerPort":81}],
                "securityContext":{"procMount":"Unmasked","seLinuxOptions":{"type":"spc_t","role":"system_r"}}}]}}
            """;

        var facts = Assert.Single(await PodJsons.FactsAsync(Encoding.UTF8.GetBytes($"{{\"kind\":\"List\",\"items\":[{pod}]}}")));

        var container = Assert.Single(facts.Containers);
        Assert.Equal(["kernel.msgmax"], facts.Security.Sysctls);
        Assert.Equal("Unconfined", facts.Security.AppArmorType);
        Assert.Equal([8080], container.HostPorts);
        Assert.Equal("Unmasked", container.Security.ProcMount);
        Assert.Equal("spc_t", container.Security.SeLinuxType);
        Assert.True(container.Security.HasSeLinuxIdentity);
    }

    [Fact]
    public async Task PassesOverItemsOfOtherKinds_WhereverTheirKindStands()
    {
        const string list = """
            {"apiVersion":"v1","items":[
              {"spec":{"containers":{"no":"list"}},"metadata":{"name":"x"},"kind":"Odd"},
              {"spec":{"nodeName":"n"},"metadata":{"name":"p","namespace":"d","uid":"u"},"kind":"Pod","apiVersion":"v1"}
            ],"kind":"List","metadata":{"resourceVersion":""}}
            """;

        var pods = await PodJsons.FactsAsync(Encoding.UTF8.GetBytes(list));

        Assert.Equal("p", Assert.Single(pods).Name);
    }

    [Theory]
    [InlineData("containerd://aaaaaaaaaaaa1111", "aaaaaaaaaaaa1111")]
    [InlineData("cri-o://aaaaaaaaaaaa1111", "aaaaaaaaaaaa1111")]
    [InlineData("docker://aaaaaaaaaaaa1111", "aaaaaaaaaaaa1111")]
    [InlineData("aaaaaaaaaaaa1111", "aaaaaaaaaaaa1111")]
    [InlineData("not-a-url", null)]
    [InlineData("containerd://", null)]
    [InlineData("containerd://aaaa", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void TakesTheSchemeOffAContainerId(string? text, string? id) => Assert.Equal(id, ContainerIds.WithoutScheme(text));

    [Fact]
    public void IgnoresTheGarbageThatTheRealServerTookForAContainerId()
    {
        var pod = System.Text.Json.Nodes.JsonNode.Parse(Recordings.Read("kubernetes/pods/fake-a-status-bad-containerid.body.json"))!.AsObject();

        var facts = PodJsons.Facts(pod);

        Assert.All(facts.Containers, container => Assert.Null(container.ContainerId));
    }

    [Fact]
    public async Task KeepsWhatJudgementNeedsOfAContainer()
    {
        const string list = """
            {"kind":"PodList","items":[{"metadata":{"name":"p","namespace":"d","uid":"u"},"spec":{
              "automountServiceAccountToken":false,"hostPID":true,"hostIPC":true,"securityContext":{"runAsNonRoot":true,"runAsUser":5,"seccompProfile":{"type":"RuntimeDefault"}},
              "volumes":[{"name":"etc","hostPath":{"path":"/etc/"}},{"name":"tmp","emptyDir":{}}],
              "containers":[{"name":"c","image":"i","tty":true,
                "env":[{"name":"A","value":"1"},{"name":"B"},{"name":"S","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}}],
                "volumeMounts":[{"name":"etc","mountPath":"/host","subPath":"x","readOnly":true},{"name":"tmp","mountPath":"/tmp"}],
                "securityContext":{"privileged":true,"capabilities":{"add":["NET_ADMIN"],"drop":["ALL"]}},
                "livenessProbe":{"exec":{"command":["live"]},"periodSeconds":3},"readinessProbe":{"httpGet":{"port":1}},"startupProbe":{"exec":{"command":["start"]}},
                "lifecycle":{"preStop":{"exec":{"command":["stop"]}}}}]},
              "status":{"containerStatuses":[{"name":"c","containerID":"containerd://aaaaaaaaaaaa1111","imageID":"docker-pullable://i@sha256:1","restartCount":2,
                "state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"containerID":"containerd://aaaaaaaaaaaa1111","startedAt":"2025-01-01T09:00:00Z"}}}]}}]}
            """;

        var pod = Assert.Single(await PodJsons.FactsAsync(Encoding.UTF8.GetBytes(list)));

        Assert.Equal((false, true, true, (long?)5, "RuntimeDefault"), (pod.AutomountServiceAccountToken, pod.HostPid, pod.HostIpc, pod.Security.RunAsUser, pod.Security.SeccompType));
        var container = Assert.Single(pod.Containers);
        Assert.Null(container.Security.RunAsUser);
        Assert.Equal(["NET_ADMIN"], container.Security.AddedCapabilities);
        Assert.Equal([KeyValuePair.Create("A", "1"), KeyValuePair.Create("B", "")], container.Environment);
        Assert.Equal([new MountFacts("/host", true, "/etc/x"), new MountFacts("/tmp", false, null)], container.Mounts);
        Assert.Equal(
            [(SpecCommandKind.StartupProbe, "start", 10d), (SpecCommandKind.LivenessProbe, "live", 3d), (SpecCommandKind.PreStop, "stop", 0d)],
            container.SpecCommands.Select(command => (command.Kind, command.Command[0], command.Period?.TotalSeconds ?? 0)));
        Assert.Equal(("i@sha256:1", 2, true), (container.ImageId, container.RestartCount, container.Tty));
        Assert.Equal("2025-01-01T09:00:00.000000000Z", container.StartedAt.ToString());
    }

    [Fact]
    public async Task KeepsShortLabelsAndAnnotations_AndKnowsThatItDoesNotKnowTheOthers()
    {
        var list = """
            {"kind":"PodList","items":[{"metadata":{"name":"p","namespace":"d","uid":"u",
              "labels":{"app":"web","pod-template-hash":"5d"},
              "annotations":{"kubernetes.io/config.hash":"h","long":"LONG","odd":{"a":1}}},
              "spec":{"volumes":[{"name":"v","hostPath":{"path":"/var/log/"}},{"name":"r","hostPath":{"path":"/"}},{"name":"t","projected":{"sources":[{"serviceAccountToken":{"path":"token"}}]}}],
                "containers":[{"name":"c"}]}}]}
            """.Replace("LONG", new string('x', 2000), StringComparison.Ordinal);

        var pod = Assert.Single(await PodJsons.FactsAsync(Encoding.UTF8.GetBytes(list)));

        Assert.Equal(("web", "", "5d"), (pod.Labels.ValueOf("app"), pod.Labels.ValueOf("none"), pod.PodTemplateHash));
        Assert.Equal(("h", null, "h"), (pod.Annotations.ValueOf("kubernetes.io/config.hash"), pod.Annotations.ValueOf("long"), pod.ConfigHash));
        Assert.Equal(["/var/log", "/"], pod.HostPaths);
        Assert.True(pod.TokenMounted);
        var trimmed = new PodTextKeys(["app"], []).Trim(pod);
        Assert.Equal(("web", null), (trimmed.Labels.ValueOf("app"), trimmed.Annotations.ValueOf("kubernetes.io/config.hash")));
    }

    [Theory]
    [InlineData("""{"kind":"Pod","metadata":{}}""", "is a Pod, not a List")]
    [InlineData("""{"kind":"Deployment","spec":{"items":1}}""", "is a Deployment, not a List")]
    [InlineData("""{"a":1}""", "is a JSON object without a kind, not a List")]
    [InlineData("[]", "is a JSON array, not a List")]
    [InlineData("", "is empty, not a List")]
    [InlineData("  \n", "is empty, not a List")]
    [InlineData("kind: List", "is not JSON, not a List")]
    [InlineData("""{"kind":"List","items":[""", "is not a List that can be read")]
    [InlineData("""{"kind":"List","items":[1]}""", "An item of the list is not an object.")]
    [InlineData("""{"kind":"List","items":[{"kind":"Pod","metadata":{"name":"x","namespace":"y"}}]}""", "A pod has no metadata.uid.")]
    public async Task SaysWhatItIsAndTheRemedy_WhenItIsNoList(string text, string expected)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));

        var exception = await Assert.ThrowsAsync<KubernetesListException>(() => PodProjection.ReadListAsync(stream, TestContext.Current.CancellationToken));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.Contains("kubectl get pods -A -o json", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadsAList_WithAByteOrderMarkInSmallPieces()
    {
        var list = Encoding.UTF8.GetPreamble().Concat(Recordings.Read("kubernetes/node1/pods-list.json")).ToArray();
        using var stream = new PiecewiseStream(list);

        var read = await PodProjection.ReadListAsync(stream, TestContext.Current.CancellationToken);

        Assert.Equal(8, read.Pods.Count);
        Assert.Equal("718", read.ResourceVersion);
    }

    /// <summary>Gives 7 bytes at a time.</summary>
    private sealed class PiecewiseStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(7, buffer.Length)], cancellationToken);
    }
}
