using FalcoStreamer.Alerts;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace FalcoStreamer.Tests.Enrichment;

/// <summary>What an alert is about when its container's ID alone does not tell.</summary>
public sealed class AlertEnricherDoubtTests : IDisposable
{
    private readonly TelemetryProbe _probe = new();
    private readonly PodDirectory _pods;
    private readonly AlertEnricher _enricher;

    public AlertEnricherDoubtTests()
    {
        var clock = new FakeTimeProvider();
        _pods = new PodDirectory(clock, _probe.Telemetry);
        _enricher = new AlertEnricher(_pods, ClusterObjects.Empty, ClusterObjects.Empty, "node-1", isLive: true, clock, _probe.Telemetry);
    }

    public void Dispose() => _probe.Dispose();

    [Fact]
    public void NamesNeitherPod_WhenFalcoContradictsTheApiServer()
    {
        _pods.Set(PodJsons.Facts(PodJsons.Pod("web")));
        _enricher.TryResolve(Alert("aaaaaaaaaaaa"));

        var subject = _enricher.TryResolve(Alert("aaaaaaaaaaaa", ("k8s.pod.uid", "another"), ("k8s.ns.name", "lab"), ("k8s.pod.name", "evil")));

        Assert.Equal((SubjectKind.Unresolved, Resolution.None), KindOf(subject));
        Assert.Null(subject!.Name);
    }

    [Fact]
    public void NamesNeitherPod_WhenTwoShareTheDigits_UnlessFalcoSaysTheFullId()
    {
        _pods.Set(PodJsons.Facts(PodJsons.Pod("one")));
        _enricher.TryResolve(Alert("aaaaaaaaaaaa"));
        _pods.Set(PodJsons.Facts(PodJsons.Pod("two", PodJsons.FirstId[..12] + new string('9', 52))));

        Assert.Equal((SubjectKind.Unresolved, Resolution.None), KindOf(_enricher.TryResolve(Alert("aaaaaaaaaaaa", ("k8s.ns.name", "lab"), ("k8s.pod.name", "one")))));
        Assert.Equal("one", _enricher.TryResolve(Alert("aaaaaaaaaaaa", ("container.full_id", PodJsons.FirstId)))!.Name);
        Assert.Equal((SubjectKind.Unresolved, Resolution.None), KindOf(_enricher.TryResolve(Alert("aaaaaaaaaaaa"))));
        Assert.Equal("two", _enricher.TryResolve(Alert("aaaaaaaaaaaa", ("container.full_id", PodJsons.FirstId[..12] + new string('9', 52))))!.Name);
    }

    [Theory]
    [InlineData("cccccccccccc")]
    [InlineData("cccccccccccc3333333333333333333333333333333333333333333333333333")]
    public void NamesThePodOfASandbox_WhenFalcoTellsWhoseItIs(string sandboxId)
    {
        _pods.Set(PodJsons.Facts(PodJsons.Pod("web")));

        var subject = _enricher.TryResolve(Alert("cccccccccccc", ("k8s.pod.sandbox_id", sandboxId), ("k8s.pod.uid", "uid-web")));

        Assert.NotNull(subject);
        Assert.Equal(("web", ContainerType.Sandbox, Resolution.Live), (subject.Name, subject.ContainerType, subject.Resolution));
        Assert.Null(subject.Container);
        Assert.Null(_enricher.TryResolve(Alert("dddddddddddd", ("k8s.pod.sandbox_id", sandboxId), ("k8s.pod.uid", "uid-web"))));
    }

    [Fact]
    public async Task ReportsTheApiServersUidOfAStaticPod()
    {
        _pods.Replace(await PodJsons.FactsAsync(Recordings.Read("kubernetes/node1/pods-list.json")));

        var subject = _enricher.TryResolve(Alert("f94a0bda78c5", ("k8s.pod.uid", "b60fe688545ad135fe55da7a3d6a1658")));

        Assert.Equal("e0a8f8f9-cce7-4fdb-9f25-5ae4f581e54a", subject!.Uid);
        Assert.Equal(new Workload("Node", "node-1"), subject.Owner);
    }

    private static (SubjectKind, Resolution) KindOf(Subject? subject) => (subject!.Kind, subject.Resolution);

    private static FalcoAlert Alert(string? id, params (string Name, object? Value)[] fields) => Some.Alert(fields: [("container.id", id), .. fields]);
}
