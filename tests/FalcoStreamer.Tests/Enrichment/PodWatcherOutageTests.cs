using FalcoStreamer.Enrichment;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Enrichment;

/// <summary>What the watcher does while the API server is away or lets nobody in.</summary>
public sealed class PodWatcherOutageTests
{
    [Fact]
    public async Task LosesNothing_WhenTheServerHasForgottenWhereItWas()
    {
        await using var cluster = new WatchedCluster();
        cluster.Api.Pods.Set(PodJsons.Pod("gone", PodJsons.FirstId));
        await cluster.StartAsync();
        await cluster.Api.OpenedAsync(1, cluster.Stop);

        await cluster.Api.KillAsync();
        cluster.Api.Pods.Delete("lab", "gone");
        cluster.Api.Pods.Set(PodJsons.Pod("new", PodJsons.SecondId));
        cluster.Api.Pods.Compact();
        await cluster.Api.StartAsync();

        await cluster.KnownAsync(PodJsons.SecondId);
        Assert.Equal(PodMatchKind.Deleted, cluster.Pods.Find("aaaaaaaaaaaa"u8).Kind);
        Assert.Equal(2, cluster.Api.Requests.Count("list", "pods"));
    }

    [Fact]
    public async Task GoesOnWhereItWas_WhenTheConnectionBreaks()
    {
        await using var cluster = new WatchedCluster();
        await cluster.StartAsync();
        await cluster.Api.OpenedAsync(1, cluster.Stop);
        cluster.Api.Pods.Set(PodJsons.Pod("web", PodJsons.FirstId));
        await cluster.KnownAsync(PodJsons.FirstId);

        cluster.Api.BreakWatches();
        cluster.Api.Pods.Set(PodJsons.Pod("db", PodJsons.SecondId));

        await cluster.KnownAsync(PodJsons.SecondId);
        Assert.Equal(1, cluster.Api.Requests.Count("list", "pods"));
    }

    [Fact]
    public async Task ComesBack_WhenTheServerWasAway()
    {
        await using var cluster = new WatchedCluster();
        cluster.Api.Pods.Set(PodJsons.Pod("web", PodJsons.FirstId));
        await cluster.StartAsync();
        await cluster.Api.OpenedAsync(1, cluster.Stop);

        await cluster.Api.KillAsync();
        await cluster.Probe.LoggedAsync(202, 5, cluster.Stop);
        cluster.Api.Pods.Set(PodJsons.Pod("db", PodJsons.SecondId));
        Assert.True(cluster.Watcher.IsSynced);
        await cluster.Api.StartAsync();

        await cluster.KnownAsync(PodJsons.SecondId);
        Assert.Equal(PodMatchKind.Live, cluster.Pods.Find("aaaaaaaaaaaa"u8).Kind);
    }

    [Fact]
    public async Task HearsOnOverAnOpenWatch_WhileTheServerIsStopping()
    {
        await using var cluster = new WatchedCluster();
        await cluster.StartAsync();
        await cluster.Api.OpenedAsync(1, cluster.Stop);

        var stopping = cluster.Api.StopLingeringAsync();
        cluster.Api.Pods.Set(PodJsons.Pod("web", PodJsons.FirstId));
        await cluster.KnownAsync(PodJsons.FirstId);
        Assert.False(stopping.IsCompleted);

        cluster.Api.EndWatches();
        await stopping;
        await cluster.Api.StartAsync();
        cluster.Api.Pods.Set(PodJsons.Pod("db", PodJsons.SecondId));
        await cluster.KnownAsync(PodJsons.SecondId);
    }

    [Fact]
    public async Task WaitsForTheServer_WhenItIsNotThereYet()
    {
        await using var cluster = new WatchedCluster();
        await cluster.Api.StartAsync();
        await cluster.Api.StopAsync();

        cluster.StartWatcher();
        await cluster.Probe.LoggedAsync(202, 3, cluster.Stop);
        Assert.False(cluster.Watcher.IsSynced);
        await cluster.Api.StartAsync();

        await cluster.WatchedAsync();
        Assert.True(cluster.Watcher.IsSynced);
    }

    [Theory]
    [InlineData("list", "403-list-pods-cluster")]
    [InlineData("watch", "403-watch-pods-cluster")]
    public async Task NamesTheMissingVerbAndGoesOnTrying_WhenItIsForbidden(string verb, string recording)
    {
        await using var cluster = new WatchedCluster();
        cluster.Api.Answer(verb, "pods", PodWatcherTests.Answer(recording));
        cluster.Api.Answer(verb, "pods", PodWatcherTests.Answer(recording));

        await cluster.StartAsync();
        await cluster.WatchedAsync(verb == "watch" ? 3 : 1);

        Assert.Contains($"needs a ClusterRole with the verb \"{verb}\" for the resource \"pods\": HTTP 403: pods is forbidden", cluster.Probe.Lines(202)[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task TakesTheNewToken_WhenTheOldOneIsRefused()
    {
        await using var cluster = new WatchedCluster();
        await cluster.StartAsync();
        await cluster.Api.OpenedAsync(1, cluster.Stop);
        cluster.Api.Pods.Set(PodJsons.Pod("web", PodJsons.FirstId));
        await cluster.KnownAsync(PodJsons.FirstId);

        cluster.Api.Token = "another";
        cluster.Api.EndWatches();
        await cluster.Probe.LoggedAsync(202, 3, cluster.Stop);
        cluster.RenewKubeconfig();
        cluster.Api.Pods.Set(PodJsons.Pod("db", PodJsons.SecondId));

        await cluster.KnownAsync(PodJsons.SecondId);
        Assert.Contains(cluster.Probe.Lines(202), line => line.Contains("HTTP 401: Unauthorized", StringComparison.Ordinal));
        Assert.Equal(1, cluster.Api.Requests.Count("list", "pods"));
    }

}
