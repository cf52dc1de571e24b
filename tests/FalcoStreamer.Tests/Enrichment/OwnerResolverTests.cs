using System.Text;
using System.Text.Json.Nodes;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Enrichment;

public sealed class OwnerResolverTests
{
    [Theory]
    [InlineData("apps/v1", "ReplicaSet", "web-5d9c", "5d9c", "Deployment", "web")]
    [InlineData("batch/v1", "Job", "backup-29391840", null, "CronJob", "backup")]
    [InlineData("apps/v1", "DaemonSet", "calico-node", "5d9c", "DaemonSet", "calico-node")]
    [InlineData("apps/v1", "StatefulSet", "web", null, "StatefulSet", "web")]
    [InlineData("v1", "Node", "node-1", null, "Node", "node-1")]
    [InlineData("v1", "ReplicationController", "web", null, "ReplicationController", "web")]
    [InlineData("example.com/v1", "ReplicaSet", "odd", "x", "ReplicaSet", "odd")]
    [InlineData("example.com/v1", "Gadget", "g", null, "Gadget", "g")]
    public void NeedsNoAnswer_WhenNamesTellTheOwner(string apiVersion, string kind, string name, string? hash, string ownerKind, string owner)
    {
        var pod = PodJsons.Facts(PodJsons.Pod("p", owner: PodJsons.Owner(kind, name, "u", apiVersion), hash: hash));

        Assert.True(OwnerRules.TryResolve(pod, pod.Controller!, out var workload));
        Assert.Equal(new Workload(ownerKind, owner), workload);
    }

    [Theory]
    [InlineData("apps/v1", "ReplicaSet", "web-5d9c", null)]
    [InlineData("apps/v1", "ReplicaSet", "web-5d9c", "9999")]
    [InlineData("apps/v1", "ReplicaSet", "-5d9c", "5d9c")]
    [InlineData("batch/v1", "Job", "backup-manual", null)]
    [InlineData("batch/v1", "Job", "backup-2939184", null)]
    [InlineData("batch/v1", "Job", "-29391840", null)]
    [InlineData("batch/v1", "Job", "29391840", null)]
    public void MustAsk_WhenNamesDoNotTell(string apiVersion, string kind, string name, string? hash)
    {
        var pod = PodJsons.Facts(PodJsons.Pod("p", owner: PodJsons.Owner(kind, name, "u", apiVersion), hash: hash));

        Assert.False(OwnerRules.TryResolve(pod, pod.Controller!, out var workload));
        Assert.Equal(new Workload(kind, name), workload);
    }

    [Fact]
    public async Task AsksOncePerOwner_AlsoWhenThereIsNone()
    {
        await using var cluster = new WatchedCluster();
        cluster.Api.SetObject("/apis/batch/v1/namespaces/lab/jobs/manual", Job("manual", "j", PodJsons.Owner("CronJob", "backup", "c", "batch/v1")));
        cluster.Api.SetObject("/apis/batch/v1/namespaces/lab/jobs/alone", Job("alone", "a", null));
        cluster.Api.SetObject("/apis/batch/v1/namespaces/lab/jobs/again", Job("again", "new-uid", PodJsons.Owner("CronJob", "wrong", "c", "batch/v1")));
        var pods = new[] { OfJob("manual", "j"), OfJob("alone", "a"), OfJob("again", "old-uid"), OfJob("missing", "m") };
        await cluster.StartAsync();

        for (var time = 0; time < 3; time++)
        {
            Array.ForEach(pods, cluster.Owners.Seen);
        }

        await cluster.OwnersAnsweredAsync(4);
        Assert.Equal(
            [new("CronJob", "backup"), new("Job", "alone"), new("Job", "again"), new("Job", "missing")],
            pods.Select(cluster.Owners.OwnerOf));
        Assert.Equal(4, cluster.Api.Requests.Count("get", "jobs"));
    }

    [Fact]
    public async Task SaysOnceThatItMayNotAsk()
    {
        await using var cluster = new WatchedCluster();
        cluster.Api.Forbidden[("get", "jobs")] = true;
        await cluster.StartAsync();

        cluster.Owners.Seen(OfJob("one", "1"));
        cluster.Owners.Seen(OfJob("two", "2"));
        await cluster.Probe.LoggedAsync(203, 2, cluster.Stop);

        Assert.Contains("jobs.batch \"one\" is forbidden", cluster.Probe.Lines(203)[0], StringComparison.Ordinal);
        Assert.Equal(new Workload("Job", "one"), cluster.Owners.OwnerOf(OfJob("one", "1")));
    }

    [Fact]
    public async Task AsksAgainLater_WhenThereWasNoAnswer()
    {
        var clock = new WaitedForClock();
        await using var cluster = new WatchedCluster(clock);
        cluster.Api.SetObject("/apis/batch/v1/namespaces/lab/jobs/manual", Job("manual", "j", PodJsons.Owner("CronJob", "backup", "c", "batch/v1")));
        cluster.Api.Answer("get", "jobs", PodWatcherTests.Answer("watch-rv-garbage"));
        await cluster.StartAsync();

        cluster.Owners.Seen(OfJob("manual", "j"));
        await cluster.OwnersAnsweredAsync(1);
        cluster.Owners.Seen(OfJob("manual", "j"));
        clock.Advance(TimeSpan.FromSeconds(30));
        cluster.Owners.Seen(OfJob("manual", "j"));
        await cluster.OwnersAnsweredAsync(2);

        Assert.Equal(new Workload("CronJob", "backup"), cluster.Owners.OwnerOf(OfJob("manual", "j")));
        Assert.Equal(2, cluster.Api.Requests.Count("get", "jobs"));
    }

    [Fact]
    public async Task TakesOwnersFromAFile_WhenThereIsNoApiServer()
    {
        const string file = """
            {"kind":"List","items":[
              {"kind":"ReplicaSet","metadata":{"name":"odd","namespace":"lab","uid":"rs","ownerReferences":[{"apiVersion":"x/v1","kind":"Rollout","name":"shop","uid":"r","controller":true}]}},
              {"kind":"Namespace","metadata":{"name":"kube-system","uid":"cluster"}}
            ]}
            """;

        var objects = await ClusterObjects.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(file)), TestContext.Current.CancellationToken);

        Assert.Equal(new Workload("Rollout", "shop"), objects.OwnerOf(PodJsons.Facts(PodJsons.Pod("p", owner: PodJsons.Owner("ReplicaSet", "odd", "rs")))));
        Assert.Equal(new Workload("Deployment", "web"), objects.OwnerOf(PodJsons.Facts(PodJsons.Pod("p", owner: PodJsons.Owner("ReplicaSet", "web-1", "x"), hash: "1"))));
        Assert.Null(objects.OwnerOf(PodJsons.Facts(PodJsons.Pod("p"))));
        Assert.Equal("cluster", objects.ClusterUid);
    }

    [Fact]
    public async Task TakesAListOfOneKind_WhoseItemsDoNotSayIt()
    {
        const string file = """{"kind":"NodeList","items":[{"metadata":{"name":"node-1","uid":"u"}}]}""";

        var objects = await ClusterObjects.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(file)), TestContext.Current.CancellationToken);

        Assert.Equal("u", objects.NodeUid("node-1"));
    }

    private static PodFacts OfJob(string name, string uid) =>
        PodJsons.Facts(PodJsons.Pod($"pod-{name}", owner: PodJsons.Owner("Job", name, uid, "batch/v1")));

    private static JsonObject Job(string name, string uid, JsonObject? owner) => new()
    {
        ["kind"] = "Job",
        ["apiVersion"] = "batch/v1",
        ["metadata"] = new JsonObject { ["name"] = name, ["uid"] = uid, ["ownerReferences"] = owner is null ? null : new JsonArray(owner) },
        ["spec"] = new JsonObject { ["template"] = new JsonObject() },
    };
}
