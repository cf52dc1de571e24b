using FalcoStreamer.Enrichment;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Enrichment;

/// <summary>What the watcher does with time, on a clock that only the test moves.</summary>
public sealed class PodWatcherSilenceTests
{
    private static readonly TimeSpan LongestPatience = TimeSpan.FromSeconds(600 + 30);

    private readonly WaitedForClock _clock = new();

    [Fact]
    public async Task ListsAgain_WhenTheConnectionHasDiedSilently()
    {
        await using var cluster = new WatchedCluster(_clock);
        cluster.Api.Pods.Set(PodJsons.Pod("web"));
        cluster.Api.MuteNextWatch();
        await cluster.StartAsync();
        await cluster.Api.OpenedAsync(1, cluster.Stop);
        cluster.Api.Pods.Delete("lab", "web");

        _clock.Advance(LongestPatience);

        await cluster.KnownAsync(PodJsons.FirstId, PodMatchKind.Deleted);
        Assert.Contains("nothing came for too long", cluster.Probe.Lines(202)[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task ListsAgain_WhenItsVersionLiesInTheServersFuture()
    {
        await using var cluster = new WatchedCluster(_clock);
        cluster.Api.Pods.Set(PodJsons.Pod("web"));
        await cluster.StartAsync();
        await cluster.Api.OpenedAsync(1, cluster.Stop);

        cluster.Api.Pods.Bookmark();
        await cluster.Api.KillAsync();
        cluster.Api.Pods.Restore(50);
        cluster.Api.Pods.DeleteUnseen("lab", "web");
        await cluster.Api.StartAsync();
        await cluster.Api.OpenedAsync(1, cluster.Stop);
        _clock.Advance(LongestPatience);

        await cluster.KnownAsync(PodJsons.FirstId, PodMatchKind.Deleted);
    }

    [Fact]
    public async Task AsksAgain_WhenAListIsNotAnswered()
    {
        await using var cluster = new WatchedCluster(_clock);
        cluster.Api.Hang("list", "pods");
        await cluster.StartAsync();
        await cluster.ListedAsync(1);

        _clock.Advance(TimeSpan.FromSeconds(60));

        await cluster.WatchedAsync();
        Assert.Equal(2, cluster.Api.Requests.Count("list", "pods"));
    }

    [Fact]
    public async Task StaysOnAWatch_AsLongAsBookmarksCome()
    {
        await using var cluster = new WatchedCluster(_clock);
        await cluster.StartAsync();
        await cluster.Api.OpenedAsync(1, cluster.Stop);

        for (var minute = 1; minute <= 4; minute++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
        }

        cluster.Api.Pods.Set(PodJsons.Pod("web"));
        await cluster.KnownAsync(PodJsons.FirstId);
        Assert.Equal(1, cluster.Api.Requests.Count("watch", "pods"));
    }

    [Theory]
    [InlineData("list", "429-list-pods")]
    [InlineData("watch", "429-watch-pods")]
    public async Task WaitsAsLongAsTheServerAsks_WhenItIsThrottled(string verb, string recording)
    {
        await using var cluster = new WatchedCluster(_clock);
        cluster.Api.Answer(verb, "pods", PodWatcherTests.Answer(recording));
        await cluster.StartAsync();
        await _clock.BegunAsync(TimeSpan.FromSeconds(1), cluster.Stop);
        Assert.Equal(1, cluster.Api.Requests.Count(verb, "pods"));

        _clock.Advance(TimeSpan.FromSeconds(1));

        await cluster.Api.Requests.WaitForAsync(verb, "pods", 2, cluster.Stop);
        Assert.Contains("HTTP 429: Too many requests, please try again later.", cluster.Probe.Lines(202)[0], StringComparison.Ordinal);
        Assert.Equal(1, cluster.Api.Requests.Count("list", "pods") - (verb == "list" ? 1 : 0));
    }
}
