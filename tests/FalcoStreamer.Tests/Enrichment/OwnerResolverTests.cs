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

    [Theory]
    [InlineData("DaemonSet", "5d9c")]
    [InlineData("StatefulSet", "web-5d9c")]
    public async Task KnowsTheRevision_AsSoonAsItHasCome(string kind, string label)
    {
        await using var cluster = new WatchedCluster();
        cluster.Api.SetObject("/apis/apps/v1/namespaces/lab/controllerrevisions/web-5d9c", Revision(kind));
        await cluster.StartAsync();
        var pod = OfRevision(kind, label);
        Assert.Null(cluster.Owners.RevisionOf(pod));

        cluster.Owners.Seen(pod);
        cluster.Owners.Seen(pod);
        await cluster.OwnersAnsweredAsync(1);

        Assert.Equal("lab.local/web:1", cluster.Owners.RevisionOf(pod)!.Images["main"]);
        Assert.Equal(PodProjection.Time("2025-01-01T08:00:00Z"), cluster.Owners.RevisionOf(pod)!.Created);
        Assert.Equal(new Workload(kind, "web"), cluster.Owners.OwnerOf(pod));
        Assert.Equal(1, cluster.Api.Requests.Count("get", "controllerrevisions"));
    }

    [Fact]
    public async Task KnowsTheRevisionOfADeployment_ByItsReplicaSet()
    {
        await using var cluster = new WatchedCluster();
        cluster.Api.SetObject("/apis/apps/v1/namespaces/lab/replicasets/web-1", ReplicaSet());
        await cluster.StartAsync();
        var pod = PodJsons.Facts(PodJsons.Pod("p", owner: PodJsons.Owner("ReplicaSet", "web-1", "rs"), hash: "1"));

        cluster.Owners.Seen(pod);
        await cluster.OwnersAnsweredAsync(1);

        Assert.Equal(new Workload("Deployment", "web"), cluster.Owners.OwnerOf(pod));
        Assert.Equal("lab.local/web:2", cluster.Owners.RevisionOf(pod)!.Images["main"]);
    }

    [Fact]
    public async Task KnowsNoRevision_WhenItBelongsToAnotherOwner()
    {
        await using var cluster = new WatchedCluster();
        cluster.Api.SetObject("/apis/apps/v1/namespaces/lab/controllerrevisions/web-5d9c", Revision("DaemonSet", ownerUid: "another"));
        await cluster.StartAsync();

        cluster.Owners.Seen(OfRevision("DaemonSet", "5d9c"));
        await cluster.OwnersAnsweredAsync(1);

        Assert.Null(cluster.Owners.RevisionOf(OfRevision("DaemonSet", "5d9c")));
    }

    [Fact]
    public async Task AsksAgainForARevision_WhenTheAnswerIsOld()
    {
        var clock = new WaitedForClock();
        await using var cluster = new WatchedCluster(clock);
        cluster.Api.SetObject("/apis/apps/v1/namespaces/lab/controllerrevisions/web-5d9c", Revision("DaemonSet"));
        await cluster.StartAsync();
        var pod = OfRevision("DaemonSet", "5d9c");
        cluster.Owners.Seen(pod);
        await cluster.OwnersAnsweredAsync(1);

        clock.Advance(OwnerResolver.KnownFor);
        cluster.Api.Forbidden[("get", "controllerrevisions")] = true;
        cluster.Owners.Seen(pod);
        await cluster.OwnersAnsweredAsync(2);

        Assert.Equal("lab.local/web:1", cluster.Owners.RevisionOf(pod)!.Images["main"]);
    }

    [Fact]
    public async Task AsksNothing_WhenAJobIsACronJobs()
    {
        await using var cluster = new WatchedCluster();
        await cluster.StartAsync();

        cluster.Owners.Seen(OfJob("backup-29391840", "j"));
        cluster.Owners.Seen(OfJob("manual", "m"));
        await cluster.OwnersAnsweredAsync(1);

        Assert.Equal(1, cluster.Api.Requests.Count("get", "jobs"));
    }

    [Fact]
    public async Task TakesRevisionsFromAFile_WhenThereIsNoApiServer()
    {
        var list = new JsonObject
        {
            ["kind"] = "List",
            ["items"] = new JsonArray(
                Revision("DaemonSet"),
                ReplicaSet(),
                new JsonObject { ["kind"] = "ConfigMap", ["metadata"] = new JsonObject { ["name"] = "c", ["uid"] = "c" }, ["data"] = new JsonObject { ["spec"] = "text", ["template"] = "text" } },
                new JsonObject { ["kind"] = "Odd", ["metadata"] = new JsonObject { ["uid"] = "o" }, ["spec"] = new JsonArray(1), ["data"] = "text" }),
        };

        var objects = await ClusterObjects.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(list.ToJsonString())), TestContext.Current.CancellationToken);

        Assert.Equal("lab.local/web:1", objects.RevisionOf(OfRevision("DaemonSet", "5d9c"))!.Images["main"]);
        Assert.Equal("lab.local/web:2", objects.RevisionOf(PodJsons.Facts(PodJsons.Pod("p", owner: PodJsons.Owner("ReplicaSet", "web-1", "rs"), hash: "1")))!.Images["main"]);
        Assert.Null(objects.RevisionOf(OfRevision("DaemonSet", "other")));
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

    private static PodFacts OfRevision(string kind, string label)
    {
        var pod = PodJsons.Pod("p", owner: PodJsons.Owner(kind, "web", "w"));
        pod["metadata"]!["labels"] = new JsonObject { ["controller-revision-hash"] = label };
        return PodJsons.Facts(pod);
    }

    private static JsonObject Revision(string kind, string ownerUid = "w") => new()
    {
        ["kind"] = "ControllerRevision",
        ["metadata"] = new JsonObject
        {
            ["name"] = "web-5d9c",
            ["uid"] = "r",
            ["creationTimestamp"] = "2025-01-01T08:00:00Z",
            ["ownerReferences"] = new JsonArray(PodJsons.Owner(kind, "web", ownerUid)),
        },
        ["data"] = new JsonObject { ["spec"] = new JsonObject { ["template"] = Template("lab.local/web:1") } },
    };

    private static JsonObject ReplicaSet() => new()
    {
        ["kind"] = "ReplicaSet",
        ["metadata"] = new JsonObject { ["name"] = "web-1", ["uid"] = "rs", ["ownerReferences"] = new JsonArray(PodJsons.Owner("Deployment", "web", "d")) },
        ["spec"] = new JsonObject { ["replicas"] = 1, ["template"] = Template("lab.local/web:2") },
    };

    private static JsonObject Template(string image) => new()
    {
        ["$patch"] = "replace",
        ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["image"] = image }) },
    };

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
