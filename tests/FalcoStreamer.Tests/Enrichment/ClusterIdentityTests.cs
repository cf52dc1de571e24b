using System.Text.Json.Nodes;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Enrichment;

public sealed class ClusterIdentityTests
{
    private static readonly ReconnectPause Short = new(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(20));

    [Fact]
    public async Task KnowsTheUidsOfItsNodeAndOfTheCluster()
    {
        await using var cluster = new WatchedCluster();
        cluster.Api.SetObject("/api/v1/nodes/node-1", Object("node-1", "n"));
        cluster.Api.SetObject("/api/v1/namespaces/kube-system", Object("kube-system", "c"));
        await cluster.Api.StartAsync();
        cluster.Connect();
        var identity = new ClusterIdentity(cluster.Connection, "node-1", TimeProvider.System, cluster.Probe.Telemetry, Short);
        Assert.Null(identity.ClusterUid);

        await identity.RunAsync(cluster.Stop);

        Assert.Equal(("n", null, "c"), (identity.NodeUid("node-1"), identity.NodeUid("node-2"), identity.ClusterUid));
        Assert.Equal(2, cluster.Api.Requests.All.Count);
    }

    [Fact]
    public async Task KeepsAsking_WhenItMayNotRead()
    {
        await using var cluster = new WatchedCluster();
        cluster.Api.SetObject("/api/v1/nodes/node-1", Object("node-1", "n"));
        cluster.Api.SetObject("/api/v1/namespaces/kube-system", Object("kube-system", "c"));
        cluster.Api.Answer("get", "nodes", PodWatcherTests.Answer("403-get-node"));
        cluster.Api.Answer("get", "nodes", PodWatcherTests.Answer("403-get-node"));
        await cluster.Api.StartAsync();
        cluster.Connect();
        var identity = new ClusterIdentity(cluster.Connection, "node-1", TimeProvider.System, cluster.Probe.Telemetry, Short);

        await identity.RunAsync(cluster.Stop);

        Assert.Equal(("n", "c"), (identity.NodeUid("node-1"), identity.ClusterUid));
        Assert.Equal(2, cluster.Probe.Lines(206).Count);
    }

    private static JsonObject Object(string name, string uid) => new() { ["metadata"] = new JsonObject { ["name"] = name, ["uid"] = uid } };
}
