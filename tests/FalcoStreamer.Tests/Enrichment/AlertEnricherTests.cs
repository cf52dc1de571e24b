using System.Text;
using FalcoStreamer.Alerts;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace FalcoStreamer.Tests.Enrichment;

public sealed class AlertEnricherTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly TelemetryProbe _probe = new();
    private readonly PodDirectory _pods;
    private readonly AlertEnricher _enricher;

    public AlertEnricherTests()
    {
        _pods = new PodDirectory(_clock, _probe.Telemetry);
        _enricher = Enricher("node-1", isLive: true);
    }

    public void Dispose() => _probe.Dispose();

    [Fact]
    public void NamesThePod_WhenItsContainerIsKnown()
    {
        _pods.Set(PodJsons.Facts(PodJsons.Pod("web-5d9c-x", owner: PodJsons.Owner("ReplicaSet", "web-5d9c", "rs"), hash: "5d9c")));

        var subject = _enricher.TryResolve(Alert("aaaaaaaaaaaa"));

        Assert.NotNull(subject);
        Assert.Equal((SubjectKind.Pod, Resolution.Live), (subject.Kind, subject.Resolution));
        Assert.Equal(("lab", "web-5d9c-x", "uid-web-5d9c-x", "main"), (subject.Namespace, subject.Name, subject.Uid, subject.Container));
        Assert.Equal((ContainerType.Container, "aaaaaaaaaaaa", "lab.local/web:1", "node-1"), (subject.ContainerType, subject.ContainerId, subject.Image, subject.Node));
        Assert.Equal(new Workload("Deployment", "web"), subject.Owner);
        Assert.Same(subject.Pod!.Containers[0], subject.ContainerFacts);
    }

    [Fact]
    public void SaysThatThePodIsDeleted()
    {
        _pods.Set(PodJsons.Facts(PodJsons.Pod("web")));
        _enricher.ResolveNow(Alert("aaaaaaaaaaaa"));

        _pods.Delete(PodJsons.Facts(PodJsons.Pod("web")));
        Assert.Equal((SubjectKind.Pod, Resolution.Deleted), KindOf(_enricher.TryResolve(Alert("aaaaaaaaaaaa"))));

        _clock.Advance(PodDirectory.DeletedFor);
        Assert.Equal((SubjectKind.Unresolved, Resolution.None), KindOf(_enricher.ResolveNow(Alert("aaaaaaaaaaaa"))));
    }

    [Fact]
    public void GivesOneObjectForAllAlertsOfAContainer_UntilItsPodChanges()
    {
        _pods.Set(PodJsons.Facts(PodJsons.Pod("web")));
        var first = _enricher.TryResolve(Alert("aaaaaaaaaaaa"));

        Assert.Same(first, _enricher.TryResolve(Alert("aaaaaaaaaaaa")));
        _pods.Set(PodJsons.Facts(PodJsons.Pod("other", PodJsons.SecondId)));
        Assert.Same(first, _enricher.TryResolve(Alert("aaaaaaaaaaaa")));

        _pods.Set(PodJsons.Facts(PodJsons.Pod("web")));
        Assert.NotSame(first, _enricher.TryResolve(Alert("aaaaaaaaaaaa")));
    }

    [Fact]
    public void AllocatesNothing_WhenTheContainerIsKnown()
    {
        _pods.Set(PodJsons.Facts(PodJsons.Pod("web", uid: "u")));
        var alert = Alert("aaaaaaaaaaaa", ("k8s.pod.uid", "u"), ("container.full_id", PodJsons.FirstId));
        var host = Alert("host");
        _enricher.TryResolve(alert);
        _enricher.TryResolve(host);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var time = 0; time < 1000; time++)
        {
            _enricher.TryResolve(alert);
            _enricher.TryResolve(host);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void LetsAnAlertWait_UntilItsPodIsKnown()
    {
        Assert.Null(_enricher.TryResolve(Alert("aaaaaaaaaaaa")));

        _pods.Set(PodJsons.Facts(PodJsons.Pod("web")));

        Assert.Equal("web", _enricher.TryResolve(Alert("aaaaaaaaaaaa"))!.Name);
    }

    [Theory]
    [InlineData("Warning", 10)]
    [InlineData("Error", 10)]
    [InlineData("Critical", 2)]
    [InlineData("Emergency", 2)]
    public void GivesUpAnUnknownContainerForAllItsAlerts(string word, int seconds)
    {
        var priority = Enum.Parse<Priority>(word);
        var alert = Some.Alert(priority: priority, fields: ("container.id", "aaaaaaaaaaaa"));
        Assert.Equal(TimeSpan.FromSeconds(seconds), AlertEnricher.WaitFor(priority));
        Assert.Null(_enricher.TryResolve(alert));

        _clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
        Assert.Null(_enricher.TryResolve(alert));

        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(SubjectKind.Unresolved, _enricher.TryResolve(alert)!.Kind);
    }

    [Fact]
    public void GivesFalcosWords_WhenNoPodListsTheContainer()
    {
        var alert = Alert(
            "bbbbbbbbbbbb",
            ("k8s.ns.name", "lab"), ("k8s.pod.name", "web-0"), ("container.name", "main"), ("container.image.repository", "lab.local/web"), ("container.image.tag", "2"));

        var subject = _enricher.ResolveNow(alert);

        Assert.Equal((SubjectKind.Unresolved, Resolution.Falco), KindOf(subject));
        Assert.Equal(("lab", "web-0", "main", "lab.local/web:2", "bbbbbbbbbbbb"), (subject.Namespace, subject.Name, subject.Container, subject.Image, subject.ContainerId));
        Assert.Null(subject.Pod);
    }

    [Fact]
    public void GivesOneObjectForEqualWordsOfFalco()
    {
        FalcoAlert Named(string tag) => Alert(
            "bbbbbbbbbbbb",
            ("k8s.ns.name", "lab"), ("k8s.pod.name", "web-0"), ("container.image.repository", "lab.local/web"), ("container.image.tag", tag));
        var first = _enricher.ResolveNow(Named("2"));
        var again = Named("2");

        var before = GC.GetAllocatedBytesForCurrentThread();
        var second = _enricher.ResolveNow(again);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        Assert.Same(first, second);
        Assert.Equal("lab.local/web:3", _enricher.ResolveNow(Named("3")).Image);
        Assert.Null(_enricher.ResolveNow(Alert("bbbbbbbbbbbb", ("container.name", null))).Name);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("<NA>")]
    public void NamesNothing_WhenFalcoNamesHalfAPod(string? podNamespace)
    {
        var subject = _enricher.ResolveNow(Alert("bbbbbbbbbbbb", ("k8s.ns.name", podNamespace), ("k8s.pod.name", "web-0"), ("container.name", ""), ("container.image.repository", "")));

        Assert.Equal((SubjectKind.Unresolved, Resolution.None), KindOf(subject));
        Assert.Equal((null, null, null, null), (subject.Namespace, subject.Name, subject.Container, subject.Image));
    }

    [Theory]
    [InlineData("host")]
    [InlineData("")]
    [InlineData(null)]
    public void NamesTheNode_WhenNoContainerIsConcerned(string? id)
    {
        var subject = _enricher.TryResolve(Alert(id));

        Assert.NotNull(subject);
        Assert.Equal((SubjectKind.Node, "node-1", "node-1"), (subject.Kind, subject.Name, subject.Node));
    }

    [Fact]
    public async Task TakesTheAlertsOwnHostName_WhenNoNodeIsConfigured()
    {
        const string objects = """{"kind":"List","items":[{"kind":"Node","metadata":{"name":"node-1","uid":"u1"}}]}""";
        var cluster = await ClusterObjects.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(objects)), TestContext.Current.CancellationToken);
        var replay = new AlertEnricher(_pods, cluster, cluster, null, isLive: false, _clock, _probe.Telemetry);

        var subject = replay.ResolveNow(Alert("host"));

        Assert.Equal(("node-1", "u1"), (subject.Name, subject.Uid));
    }

    [Fact]
    public void NeverLetsAnAlertWait_WhenNoPodCanCome()
    {
        var enricher = Enricher("node-1", isLive: false);

        Assert.Equal(SubjectKind.Unresolved, enricher.TryResolve(Alert("aaaaaaaaaaaa"))!.Kind);
    }

    [Fact]
    public void NeverLetsAnAlertWait_WhenItsContainerIdIsNone() =>
        Assert.Equal(SubjectKind.Unresolved, _enricher.TryResolve(Alert("not-a-url"))!.Kind);

    [Fact]
    public async Task GivesTheSameSubjects_WhicheverWayTheRecordedAlertsCame()
    {
        _pods.Replace(await PodJsons.FactsAsync(Recordings.Read("kubernetes/node1/pods-list.json")));
        var http = Recordings.HttpAlerts().Where(alert => !alert.SourceText.Is("internal"u8)).Select(_enricher.ResolveNow).ToList();
        var grpc = Recordings.GrpcAlerts().Select(_enricher.ResolveNow).ToList();

        Assert.Equal(http.Select(subject => (subject.Key, subject.Kind, subject.Resolution)), grpc.Select(subject => (subject.Key, subject.Kind, subject.Resolution)));
        Assert.Equal(158, http.Count(subject => subject.Kind == SubjectKind.Node));
        Assert.Equal(2, http.Count(subject => subject.Kind == SubjectKind.Pod));
        Assert.Equal(80, http.Count(subject => subject.Resolution == Resolution.Falco));
    }

    [Fact]
    public void CountsHowEachAlertsPodWasFound()
    {
        var lookups = _probe.Collect("falcostreamer.pods.lookups");
        _pods.Set(PodJsons.Facts(PodJsons.Pod("web")));

        _enricher.TryResolve(Alert("aaaaaaaaaaaa"));
        _enricher.TryResolve(Alert("bbbbbbbbbbbb"));
        _enricher.ResolveNow(Alert("bbbbbbbbbbbb"));
        _enricher.TryResolve(Alert("host"));

        Assert.Equal(["live", "none", "node"], lookups.GetMeasurementSnapshot().Select(measurement => measurement.Tags["outcome"]));
    }

    private static (SubjectKind, Resolution) KindOf(Subject? subject) => (subject!.Kind, subject.Resolution);

    private static FalcoAlert Alert(string? id, params (string Name, object? Value)[] fields) => Some.Alert(fields: [("container.id", id), .. fields]);

    private AlertEnricher Enricher(string? node, bool isLive) =>
        new(_pods, ClusterObjects.Empty, ClusterObjects.Empty, node, isLive, _clock, _probe.Telemetry);
}
