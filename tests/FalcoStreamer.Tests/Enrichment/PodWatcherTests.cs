using FalcoStreamer.Enrichment;
using FalcoStreamer.Simulator.ApiServer;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Enrichment;

public sealed class PodWatcherTests
{
    [Fact]
    public async Task ListsAndWatchesThePodsOfItsOwnNode()
    {
        await using var cluster = new WatchedCluster();
        cluster.Api.Pods.Set(PodJsons.Pod("mine", PodJsons.FirstId));
        cluster.Api.Pods.Set(PodJsons.Pod("other", PodJsons.SecondId, node: "node-2"));

        await cluster.StartAsync();
        await cluster.Api.OpenedAsync(1, cluster.Stop);

        Assert.True(cluster.Watcher.IsSynced);
        Assert.Equal(1, cluster.Pods.Count);
        Assert.Equal("?fieldSelector=spec.nodeName%3Dnode-1&resourceVersion=0", cluster.Api.Requests.All[0].Query);
        Assert.Matches(
            "^\\?fieldSelector=spec.nodeName%3Dnode-1&watch=true&allowWatchBookmarks=true&timeoutSeconds=([345][0-9][0-9]|600)&resourceVersion=102$",
            cluster.Api.Requests.All[1].Query);
    }

    [Fact]
    public async Task FollowsTheRecordedWatch()
    {
        await using var cluster = new WatchedCluster();
        cluster.Api.Pods.Load(Recordings.Lines("kubernetes/node1/pods-list.json")[0]);
        await cluster.StartAsync();
        await cluster.Api.OpenedAsync(1, cluster.Stop);

        foreach (var line in File.ReadLines(Recordings.PathOf("kubernetes/node1/pods-watch.jsonl")))
        {
            cluster.Api.Pods.Play(line);
        }

        await cluster.KnownAsync("5ae3bfc99961");
        Assert.Equal(PodMatchKind.Deleted, cluster.Pods.Find("4f282cd5d6ec"u8).Kind);
        Assert.Equal(8, cluster.Pods.Count);
        Assert.Equal(1, cluster.Api.Requests.Count("list", "pods"));
    }

    [Fact]
    public async Task TakesTheRealServersAnswers_ByteForByte()
    {
        await using var cluster = new WatchedCluster();
        cluster.Api.Answer("list", "pods", Answer("list-pods-of-node-rv0", "pods"));
        cluster.Api.Answer("watch", "pods", Answer("watch-without-rv", "pods"));
        cluster.Api.Answer("watch", "pods", Answer("watchlist-sendInitialEvents", "pods"));
        cluster.Api.Answer("watch", "pods", Answer("watch-unmatched-node", "pods"));

        await cluster.StartAsync();
        await cluster.Api.OpenedAsync(1, cluster.Stop);

        Assert.Equal(
            ["resourceVersion=306", "resourceVersion=240", "resourceVersion=306"],
            cluster.Api.Requests.All.Where(request => request.Verb == "watch").Take(3).Select(request => request.Query.Split('&')[^1]));
        Assert.Equal(2, cluster.Api.Requests.Count("list", "pods"));
        Assert.Equal(("fake-b", PodMatchKind.Deleted), (cluster.Pods.Find("02006be78c1a"u8).Pod?.Name, cluster.Pods.Find("02006be78c1a"u8).Kind));
    }

    [Fact]
    public async Task FollowsAPodThatComesChangesAndGoes()
    {
        await using var cluster = new WatchedCluster();
        await cluster.StartAsync();
        await cluster.Api.OpenedAsync(1, cluster.Stop);

        cluster.Api.Pods.Set(PodJsons.Pod("web", containerId: null));
        cluster.Api.Pods.Set(PodJsons.Pod("web"));
        await cluster.KnownAsync(PodJsons.FirstId);

        cluster.Api.Pods.Delete("lab", "web");
        await cluster.KnownAsync(PodJsons.FirstId, PodMatchKind.Deleted);
    }

    [Theory]
    [InlineData("watch", "410-watch-rv1-nodeselector-bookmarks", "too old resource version: 1 (354)")]
    [InlineData("watch", "watch-rv-garbage", "HTTP 500: resourceVersion: Invalid value")]
    [InlineData("watch", "410-list-exact-rv5-compacted", "HTTP 410: The resourceVersion for the provided list is too old.")]
    [InlineData("watch", "watch-rv-future", "the watch ended without a word")]
    [InlineData("list", "list-rv-garbage", "HTTP 400: invalid resource version")]
    [InlineData("list", "watch-rv-garbage", "HTTP 500: ")]
    [InlineData("list", "watch-rv-future", "the list of pods is empty, not a List")]
    public async Task ListsAgain_WhenItIsAnswered(string verb, string recording, string reason)
    {
        await using var cluster = new WatchedCluster();
        cluster.Api.Answer(verb, "pods", Answer(recording));

        await cluster.StartAsync();
        await cluster.ListedAsync(2);
        await cluster.WatchedAsync(verb == "watch" ? 2 : 1);

        Assert.Contains(reason, cluster.Probe.Lines(202)[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("410-list-exact-rv5-compacted")]
    [InlineData("list-rv-future")]
    public async Task ListsWhatEtcdHolds_WhenTheServersCacheIsNotWhereItShouldBe(string recording)
    {
        await using var cluster = new WatchedCluster(new WaitedForClock());
        cluster.Api.Answer("list", "pods", Answer(recording) with { Headers = [] });

        await cluster.StartAsync();
        await cluster.Api.OpenedAsync(1, cluster.Stop);

        Assert.Equal(
            ["?fieldSelector=spec.nodeName%3Dnode-1&resourceVersion=0", "?fieldSelector=spec.nodeName%3Dnode-1"],
            cluster.Api.Requests.All.Take(2).Select(request => request.Query));
    }

    [Fact]
    public async Task GoesOnWhereItWas_WhenTheServerEndsTheWatch()
    {
        await using var cluster = new WatchedCluster();
        await cluster.StartAsync();
        await cluster.Api.OpenedAsync(1, cluster.Stop);
        cluster.Api.Pods.Set(PodJsons.Pod("web", PodJsons.FirstId));
        await cluster.KnownAsync(PodJsons.FirstId);

        cluster.Api.EndWatches();
        await cluster.WatchedAsync(2);
        cluster.Api.Pods.Set(PodJsons.Pod("db", PodJsons.SecondId));
        await cluster.KnownAsync(PodJsons.SecondId);

        Assert.Equal(1, cluster.Api.Requests.Count("list", "pods"));
        Assert.EndsWith("&resourceVersion=101", cluster.Api.Requests.All[2].Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GoesOnBehindABookmark_WhenNoPodHasChanged()
    {
        await using var cluster = new WatchedCluster();
        await cluster.StartAsync();
        await cluster.Api.OpenedAsync(1, cluster.Stop);
        cluster.Api.Pods.Set(PodJsons.Pod("other", node: "node-2"));
        cluster.Api.Pods.Bookmark();

        cluster.Api.EndWatches();
        await cluster.WatchedAsync(2);

        Assert.Equal(1, cluster.Api.Requests.Count("list", "pods"));
        Assert.EndsWith("&resourceVersion=101", cluster.Api.Requests.All[2].Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ListsAgain_WhenALineCannotBeRead()
    {
        await using var cluster = new WatchedCluster();
        var requests = cluster.Probe.Collect("falcostreamer.pods.requests");
        await cluster.StartAsync();
        await cluster.Api.OpenedAsync(1, cluster.Stop);

        cluster.Api.Inject("{\"type\":\"ADDED\",\"object\":{\"metadata\":\n");

        await cluster.ListedAsync(2);
        Assert.Contains(requests.GetMeasurementSnapshot(), measurement => (string?)measurement.Tags["outcome"] == "unreadable");
    }

    [Theory]
    [InlineData("{\"type\":\"SURPRISE\",\"object\":{}}\n")]
    [InlineData("{\"type\":\"ADDED\"}\n")]
    [InlineData("[]\n")]
    [InlineData("{\"type\":\"ERROR\",\"object\":{\"code\":500,\"message\":\"no\"}}\n")]
    public async Task ListsAgain_WhenALineMakesNoSense(string line)
    {
        await using var cluster = new WatchedCluster();
        await cluster.StartAsync();
        await cluster.Api.OpenedAsync(1, cluster.Stop);

        cluster.Api.Inject(line);

        await cluster.WatchedAsync(2);
        Assert.Equal(2, cluster.Api.Requests.Count("list", "pods"));
    }

    [Fact]
    public async Task ListsAgain_WhenALineNeverEnds()
    {
        await using var cluster = new WatchedCluster();
        var requests = cluster.Probe.Collect("falcostreamer.pods.requests");
        await cluster.StartAsync();
        await cluster.Api.OpenedAsync(1, cluster.Stop);

        cluster.Api.Inject(new string(' ', (4 * 1024 * 1024) + 1));

        await cluster.ListedAsync(2);
        Assert.Contains(requests.GetMeasurementSnapshot(), measurement => (string?)measurement.Tags["outcome"] == "too_long");
    }

    [Fact]
    public async Task LooksUpTheOwnersOfThePodsItSees()
    {
        await using var cluster = new WatchedCluster();
        cluster.Api.SetObject("/apis/apps/v1/namespaces/lab/replicasets/odd", ReplicaSet("odd", "rs", "Rollout", "shop"));
        cluster.Api.Pods.Set(PodJsons.Pod("web", owner: PodJsons.Owner("ReplicaSet", "odd", "rs")));

        await cluster.StartAsync();
        await cluster.KnownAsync(PodJsons.FirstId);
        await cluster.Api.Requests.WaitForAsync("get", "replicasets", 1, cluster.Stop);
        cluster.Api.Pods.Set(PodJsons.Pod("db", PodJsons.SecondId, owner: PodJsons.Owner("ReplicaSet", "odd", "rs")));
        await cluster.KnownAsync(PodJsons.SecondId);
        await cluster.OwnersAnsweredAsync(1);

        Assert.Equal(new Workload("Rollout", "shop"), cluster.Owners.OwnerOf(cluster.Pods.Find("bbbbbbbbbbbb"u8).Pod!));
        Assert.Equal(1, cluster.Api.Requests.Count("get", "replicasets"));
    }

    [Fact]
    public async Task EndsNormally_WhenItIsCancelled()
    {
        await using var cluster = new WatchedCluster();
        await cluster.StartAsync();
        await cluster.Api.OpenedAsync(1, cluster.Stop);

        await cluster.EndAsync();

        Assert.Empty(cluster.Probe.Lines(202));
    }

    [Fact]
    public async Task SpeaksHttp2_WhenTheServerDoes()
    {
        await using var cluster = new WatchedCluster(useTls: true);
        cluster.Api.Pods.Set(PodJsons.Pod("web"));

        await cluster.StartAsync();
        await cluster.KnownAsync(PodJsons.FirstId);
        await cluster.WatchedAsync();

        Assert.All(cluster.Api.Requests.All, request => Assert.Equal("HTTP/2", request.Protocol));
    }

    internal static RecordedAnswer Answer(string name, string folder = "errors") =>
        RecordedAnswer.Parse(Recordings.Read($"kubernetes/{folder}/{name}.http"));

    private static System.Text.Json.Nodes.JsonObject ReplicaSet(string name, string uid, string ownerKind, string ownerName) => new()
    {
        ["kind"] = "ReplicaSet",
        ["apiVersion"] = "apps/v1",
        ["metadata"] = new System.Text.Json.Nodes.JsonObject
        {
            ["name"] = name,
            ["namespace"] = "lab",
            ["uid"] = uid,
            ["ownerReferences"] = new System.Text.Json.Nodes.JsonArray(PodJsons.Owner(ownerKind, ownerName, "o")),
        },
    };
}
