using FalcoStreamer.Enrichment;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Sinks.Otlp;

public sealed class SubjectResourceTests
{
    private const string FullId = "64fac540e48f0123456789abcdef0123456789abcdef0123456789abcdef0123";

    private static readonly Subject Pod = new()
    {
        Kind = SubjectKind.Pod,
        Resolution = Resolution.Live,
        Namespace = "shop",
        Name = "web-6d4cf56db6-x2x9p",
        Uid = "pod-uid",
        Container = "main",
        ContainerId = "64fac540e48f",
        Image = "registry.example:5000/shop/web:1.2",
        Node = "node-1",
        Owner = new Workload("Deployment", "web"),
        Pod = new PodFacts
        {
            Namespace = "shop",
            Name = "web-6d4cf56db6-x2x9p",
            Uid = "pod-uid",
            Controller = new OwnerFacts("apps/v1", "ReplicaSet", "web-6d4cf56db6", "rs-uid"),
        },
        ContainerFacts = new ContainerFacts { Name = "main", ContainerId = FullId },
    };

    [Fact]
    public async Task SaysWhereAPodsAlertHappened()
    {
        var attributes = await CollectAsync(Pod);

        Assert.Equal(
            new Dictionary<string, string>
            {
                ["service.name"] = "web",
                ["k8s.cluster.name"] = "lab",
                ["k8s.cluster.uid"] = "cluster-uid",
                ["host.name"] = "node-1",
                ["k8s.node.name"] = "node-1",
                ["k8s.namespace.name"] = "shop",
                ["k8s.pod.name"] = "web-6d4cf56db6-x2x9p",
                ["k8s.pod.uid"] = "pod-uid",
                ["k8s.container.name"] = "main",
                ["k8s.deployment.name"] = "web",
                ["k8s.replicaset.name"] = "web-6d4cf56db6",
                ["container.id"] = FullId,
                ["container.image.name"] = "registry.example:5000/shop/web",
                ["container.image.tags"] = "1.2",
            },
            attributes);
    }

    [Theory]
    [InlineData("DaemonSet", "k8s.daemonset.name")]
    [InlineData("StatefulSet", "k8s.statefulset.name")]
    [InlineData("CronJob", "k8s.cronjob.name")]
    [InlineData("Job", "k8s.job.name")]
    [InlineData("ReplicaSet", "k8s.replicaset.name")]
    [InlineData("Rollout", "falcostreamer.owner.name")]
    public async Task NamesTheOwnerByItsKind(string kind, string attribute)
    {
        var attributes = await CollectAsync(Pod with { Owner = new Workload(kind, "it"), Pod = null });

        Assert.Equal("it", attributes[attribute]);
        Assert.Equal("it", attributes["service.name"]);
    }

    [Fact]
    public async Task GoesByThePod_WhenItsOwnerIsTheNode()
    {
        var attributes = await CollectAsync(Pod with { Owner = new Workload("Node", "node-1") });

        Assert.Equal(Pod.Name, attributes["service.name"]);
        Assert.DoesNotContain("falcostreamer.owner.name", attributes);
    }

    [Theory]
    [InlineData("nginx", "nginx", null, null)]
    [InlineData("registry:5000/nginx", "registry:5000/nginx", null, null)]
    [InlineData("docker.io/nginx:1.27", "docker.io/nginx", "1.27", null)]
    [InlineData("docker.io/nginx:1.27@sha256:aa", "docker.io/nginx", "1.27", "docker.io/nginx@sha256:aa")]
    [InlineData("docker.io/nginx@sha256:aa", "docker.io/nginx", null, "docker.io/nginx@sha256:aa")]
    [InlineData("", null, null, null)]
    public async Task TakesAnImageApart(string image, string? name, string? tag, string? digest)
    {
        var attributes = await CollectAsync(Pod with { Image = image });

        Assert.Equal(name, attributes.GetValueOrDefault("container.image.name"));
        Assert.Equal(tag, attributes.GetValueOrDefault("container.image.tags"));
        Assert.Equal(digest, attributes.GetValueOrDefault("container.image.repo_digests"));
    }

    [Fact]
    public async Task SaysFalcosContainerId_WhenThePodsStatusHasAnother()
    {
        var attributes = await CollectAsync(Pod with { ContainerId = "5ae3bfc99961" });

        Assert.Equal("5ae3bfc99961", attributes["container.id"]);
    }

    [Fact]
    public async Task HasOnlyTheNode_ForAProcessOutsideContainers()
    {
        var node = new Subject { Kind = SubjectKind.Node, Resolution = Resolution.None, Name = "node-1", Uid = "node-uid", ContainerId = "host" };

        var attributes = await CollectAsync(node);

        Assert.Equal(
            ["host.name", "k8s.cluster.name", "k8s.cluster.uid", "k8s.node.name", "k8s.node.uid", "service.name"],
            attributes.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("falco", attributes["service.name"]);
    }

    [Fact]
    public async Task GuessesNothing_ForAContainerOfNoKnownPod()
    {
        var unresolved = new Subject { Kind = SubjectKind.Unresolved, Resolution = Resolution.None, ContainerId = "64fac540e48f", Container = "main\u001b" };

        var attributes = await CollectAsync(unresolved);

        Assert.Equal(
            ["container.id", "k8s.cluster.name", "k8s.cluster.uid", "k8s.container.name", "service.name"],
            attributes.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("main\\u001b", attributes["service.name"]);
    }

    private static async Task<Dictionary<string, string>> CollectAsync(Subject subject)
    {
        var record = OtlpScene.Record(Some.Alert()) with { Subject = subject };
        var collected = await FakeTransport.CollectAsync(record, content => content with { ClusterUid = () => "cluster-uid" });
        return collected.ResourceAttributes.ToDictionary(
            pair => pair.Key,
            pair => pair.Value.ArrayValue is { } list ? string.Join(' ', list.Values.Select(value => value.StringValue)) : pair.Value.StringValue);
    }
}
