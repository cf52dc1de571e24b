using FalcoStreamer.Enrichment;
using FalcoStreamer.Reporting;
using FalcoStreamer.Sinks.KubernetesEvents;
using FalcoStreamer.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace FalcoStreamer.Tests.Enrichment;

/// <summary>What alerts of the plugins' sources are about: they have no container and come from no process of the node.</summary>
public sealed class PluginSubjectTests : IDisposable
{
    private readonly TelemetryProbe _probe = new();
    private readonly PodDirectory _pods;
    private readonly AlertEnricher _enricher;

    public PluginSubjectTests()
    {
        _pods = new PodDirectory(new FakeTimeProvider(), _probe.Telemetry);
        _enricher = new AlertEnricher(_pods, ClusterObjects.Empty, ClusterObjects.Empty, "node-1", isLive: true, new FakeTimeProvider(), _probe.Telemetry);
    }

    public void Dispose() => _probe.Dispose();

    [Fact]
    public void IsThePod_WhenItIsKnownByItsName()
    {
        _pods.Set(SomePods.Pod(SomePods.Container()));

        var subject = _enricher.TryResolve(SomeAudits.Exec(fields: ("ka.uri.param[container]", "main")));

        Assert.NotNull(subject);
        Assert.Equal((SubjectKind.Pod, Resolution.Live), (subject.Kind, subject.Resolution));
        Assert.Equal(("lab", "web-0", "main", null), (subject.Namespace, subject.Name, subject.Container, subject.ContainerId));
        Assert.Equal("k8s_audit", subject.Source);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("no-such-container")]
    public void NamesNoContainer_WhenThePodHasNoneOfThatName(string? container)
    {
        _pods.Set(SomePods.Pod(SomePods.Container()));

        var subject = _enricher.ResolveNow(SomeAudits.Exec(fields: ("ka.uri.param[container]", container)));

        Assert.Equal((null, null), (subject.Container, subject.ContainerType));
        Assert.Equal("pod lab/web-0", SubjectPhrase.Of(subject));
    }

    [Fact]
    public void IsThePodOfTheAuditLog_WhenNoPodOfThatNameIsKnown()
    {
        var subject = _enricher.TryResolve(SomeAudits.Exec());

        Assert.NotNull(subject);
        Assert.Equal((SubjectKind.Unresolved, Resolution.Falco), (subject.Kind, subject.Resolution));
        Assert.Equal(("lab", "web-0", null), (subject.Namespace, subject.Name, subject.Node));
        Assert.Equal(("pod lab/web-0", "named by the source k8s_audit only"), (SubjectPhrase.Of(subject), SubjectPhrase.Doubt(subject)));
    }

    [Fact]
    public void TakesThePodFromTheUri_WhenTheRuleGivesNoTarget()
    {
        var alert = SomeAudits.Of(
            "k8s_audit", "My exec rule", fields: ("ka.uri", "/api/v1/namespaces/lab/pods/web-0/exec?command=sh&command=-c&command=id+-u&container=main"));

        var subject = _enricher.ResolveNow(alert);

        Assert.Equal(("lab", "web-0", "main"), (subject.Namespace, subject.Name, subject.Container));
    }

    [Theory]
    [InlineData("secrets", "shop", "db-password", "on secret shop/db-password")]
    [InlineData("clusterrolebindings", null, "admins", "on clusterrolebinding admins")]
    [InlineData("networkpolicies", "shop", "deny", "on networkpolicy shop/deny")]
    [InlineData("ingresses", "shop", "web", "on ingress shop/web")]
    [InlineData("secrets", "shop", null, "on secrets of namespace shop")]
    [InlineData("pods", "shop", null, "on pods of namespace shop")]
    public void IsTheObject_WhenThatIsNoPod(string resource, string? ns, string? name, string phrase)
    {
        _pods.Set(SomePods.Pod(SomePods.Container(), name: "db-password", ns: "shop"));

        var subject = _enricher.ResolveNow(SomeAudits.Of(
            "k8s_audit", "K8s Secret Get Successfully", fields: [("ka.target.resource", resource), ("ka.target.namespace", ns), ("ka.target.name", name)]));

        Assert.Equal(SubjectKind.Unresolved, subject.Kind);
        Assert.Null(subject.Name);
        Assert.Equal(phrase, SubjectPhrase.Within(subject));
    }

    [Theory]
    [InlineData("okta")]
    [InlineData("aws_cloudtrail")]
    [InlineData("github")]
    [InlineData("a_plugin_of_mine")]
    public void IsTheSource_WhenAnotherPluginSpeaks(string source)
    {
        var subject = _enricher.TryResolve(SomeAudits.Of(source, "Some rule"));

        Assert.NotNull(subject);
        Assert.Equal((SubjectKind.Unresolved, Resolution.None), (subject.Kind, subject.Resolution));
        Assert.Equal($"in the source {source}", SubjectPhrase.Within(subject));
    }

    [Theory]
    [InlineData("syscall")]
    [InlineData("internal")]
    [InlineData("")]
    public void IsTheNode_WhenNoPluginSpeaks(string source) =>
        Assert.Equal(SubjectKind.Node, _enricher.ResolveNow(SomeAudits.Of(source, "Some rule")).Kind);

    [Fact]
    public void HasAKeyOfItsOwn_ForEachObject()
    {
        Subject[] subjects =
        [
            _enricher.ResolveNow(SomeAudits.Exec()),
            _enricher.ResolveNow(SomeAudits.Exec(fields: ("ka.target.namespace", "other"))),
            _enricher.ResolveNow(SomeAudits.Exec(fields: ("ka.target.resource", "secrets"))),
            _enricher.ResolveNow(SomeAudits.Of("okta", "Some rule")),
            _enricher.ResolveNow(SomeAudits.Of("github", "Some rule")),
        ];

        Assert.Equal(subjects.Length, subjects.Select(subject => subject.Key).Distinct().Count());
        Assert.Equal(subjects[0].Key, _enricher.ResolveNow(SomeAudits.Exec()).Key);
    }

    [Fact]
    public void FindsTheLivingPod_WhenAStatefulSetMadeItAnew()
    {
        var first = SomePods.Pod(SomePods.Container()) with { Created = Some.Time };
        var second = first with { Uid = "second", Created = Some.Time + TimeSpan.FromMinutes(1), Containers = [] };
        _pods.Set(first);
        _pods.Set(second);
        _pods.Delete(first);

        Assert.Equal("second", _enricher.ResolveNow(SomeAudits.Exec()).Uid);
    }

    [Fact]
    public void FindsNoPod_AfterItWasForgotten()
    {
        var pod = SomePods.Pod(SomePods.Container());
        _pods.Set(pod);
        _pods.Delete(pod);
        for (var i = 0; i <= PodDirectory.MostDeleted; i++)
        {
            _pods.Delete(pod with { Uid = $"{i}", Name = $"other-{i}", Containers = [] });
        }

        Assert.False(_pods.FindPod("lab", "web-0").IsFound);
        Assert.True(_pods.FindPod("lab", $"other-{PodDirectory.MostDeleted}").IsFound);
    }

    [Fact]
    public void HasAnEventOnItsPodOnly()
    {
        var known = _enricher.ResolveNow(SomeAudits.Exec());
        var secret = _enricher.ResolveNow(SomeAudits.Exec(fields: ("ka.target.resource", "secrets")));
        var hostile = _enricher.ResolveNow(SomeAudits.Exec(fields: ("ka.target.name", "../../x")));
        var okta = _enricher.ResolveNow(SomeAudits.Of("okta", "Some rule"));

        Assert.Equal([true, false, false, false], new[] { known, secret, hostile, okta }.Select(EventFactory.HasObject));
        var involved = new EventFactory(_ => "", _ => "", "agent", "node-1").Involved(known);
        Assert.Equal(("Pod", "lab", "web-0", null), (involved.Kind, involved.Namespace, involved.Name, involved.Uid));
    }
}
