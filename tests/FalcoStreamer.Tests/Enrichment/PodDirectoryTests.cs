using System.Buffers;
using System.Text;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace FalcoStreamer.Tests.Enrichment;

public sealed class PodDirectoryTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly TelemetryProbe _probe = new();
    private readonly PodDirectory _pods;

    public PodDirectoryTests() => _pods = new PodDirectory(_clock, _probe.Telemetry);

    public void Dispose() => _probe.Dispose();

    [Fact]
    public async Task KnowsWhatTheRecordedNodeRan()
    {
        _pods.Replace(await PodJsons.FactsAsync(Recordings.Read("kubernetes/node1/pods-list.json")));

        foreach (var line in File.ReadLines(Recordings.PathOf("kubernetes/node1/pods-watch.jsonl")))
        {
            Play(line);
        }

        Assert.Equal(("tmp1", PodMatchKind.Deleted), Found("4f282cd5d6ec"));
        Assert.All(
            ["976fc76e377a", "e7d737945d87", "cbb4aaba24f4", "5ae3bfc99961"],
            id => Assert.Equal(("crash", PodMatchKind.Live), Found(id)));
        Assert.Equal(("static-probe-node-1", PodMatchKind.Live), Found("f94a0bda78c5"));
        Assert.Equal("e0a8f8f9-cce7-4fdb-9f25-5ae4f581e54a", _pods.FindPod("b60fe688545ad135fe55da7a3d6a1658"u8).Pod!.Uid);
        Assert.Equal(8, _pods.Count);
    }

    [Fact]
    public void GivesTheFactsOfTheRunThatTheIdBelongsTo()
    {
        _pods.Set(PodJsons.Facts(PodJsons.Pod("web", PodJsons.FirstId)));

        _pods.Set(PodJsons.Facts(PodJsons.Pod("web", PodJsons.SecondId, lastContainerId: PodJsons.FirstId)));

        Assert.Equal(PodJsons.FirstId, Find(PodJsons.FirstId).Container!.ContainerId);
        Assert.NotNull(Find(PodJsons.FirstId).Container!.StartedAt);
        Assert.Equal(PodJsons.SecondId, Find(PodJsons.SecondId[..12]).Container!.ContainerId);
    }

    [Fact]
    public void DoesNotKnowWhenTheLastRunStarted_WhenItNeverSawIt()
    {
        _pods.Set(PodJsons.Facts(PodJsons.Pod("web", PodJsons.SecondId, lastContainerId: PodJsons.FirstId)));

        Assert.Null(Find(PodJsons.FirstId).Container!.StartedAt);
    }

    [Theory]
    [InlineData("aaaaaaaaaaaa")]
    [InlineData("aaaaaaaaaaaa1")]
    [InlineData("AAAAAAAAAAAA")]
    public void FindsByTheBeginningOfAnId(string id)
    {
        _pods.Set(PodJsons.Facts(PodJsons.Pod("web")));

        Assert.Equal(("web", PodMatchKind.Live), Found(id));
    }

    [Theory]
    [InlineData("aaaaaaaaaaa")]
    [InlineData("aaaaaaaaaaaa2")]
    [InlineData("host")]
    [InlineData("")]
    [InlineData("zzzzzzzzzzzz")]
    public void FindsNothing_ByAnotherId(string id)
    {
        _pods.Set(PodJsons.Facts(PodJsons.Pod("web")));

        Assert.Equal(PodMatchKind.Unknown, Find(id).Kind);
    }

    [Fact]
    public void NamesNeitherPod_WhenTwoShareTheDigits()
    {
        var other = PodJsons.FirstId[..12] + new string('9', 52);
        _pods.Set(PodJsons.Facts(PodJsons.Pod("one", PodJsons.FirstId)));
        _pods.Set(PodJsons.Facts(PodJsons.Pod("two", other)));

        Assert.Equal(PodMatchKind.Ambiguous, Find("aaaaaaaaaaaa").Kind);
        Assert.Equal(("one", PodMatchKind.Live), Found(PodJsons.FirstId));
        Assert.Equal(("two", PodMatchKind.Live), Found(other));
    }

    [Fact]
    public void PrefersTheNewPod_WhenAMirrorPodWasMadeAnew()
    {
        _pods.Set(PodJsons.Facts(PodJsons.Pod("static", uid: "old")));
        _pods.Delete(PodJsons.Facts(PodJsons.Pod("static", uid: "old")));

        _pods.Set(PodJsons.Facts(PodJsons.Pod("static", uid: "new")));

        Assert.Equal("new", Find("aaaaaaaaaaaa").Pod!.Uid);
    }

    [Fact]
    public void RemembersADeletedPodForFiveMinutes()
    {
        _pods.Delete(PodJsons.Facts(PodJsons.Pod("web")));

        _clock.Advance(PodDirectory.DeletedFor - TimeSpan.FromTicks(1));
        Assert.Equal(("web", PodMatchKind.Deleted), Found("aaaaaaaaaaaa"));

        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(PodMatchKind.Unknown, Find("aaaaaaaaaaaa").Kind);
    }

    [Fact]
    public void CountsWhatItForgets_WhenMorePodsAreDeletedThanItRemembers()
    {
        var forgotten = _probe.Collect("falcostreamer.pods.forgotten");

        for (var number = 0; number <= PodDirectory.MostDeleted; number++)
        {
            _pods.Delete(PodJsons.Facts(PodJsons.Pod($"web-{number}", $"{number:x12}")));
        }

        Assert.Equal(PodMatchKind.Unknown, Find("000000000000").Kind);
        Assert.Equal(("web-1", PodMatchKind.Deleted), Found("000000000001"));
        Assert.Equal("deleted_pod", Assert.Single(forgotten.GetMeasurementSnapshot()).Tags["what"]);
    }

    [Fact]
    public void KeepsABoundedNumberOfEarlierRuns()
    {
        var forgotten = _probe.Collect("falcostreamer.pods.forgotten");

        for (var run = 1; run <= PodDirectory.MostEarlierContainers + 3; run++)
        {
            _pods.Set(PodJsons.Facts(PodJsons.Pod("web", $"{run:x12}")));
        }

        Assert.Equal(PodMatchKind.Unknown, Find("000000000002").Kind);
        Assert.Equal(PodMatchKind.Live, Find("000000000003").Kind);
        Assert.Equal(2, forgotten.GetMeasurementSnapshot().Count);
    }

    [Fact]
    public void DeletesWhatAListLacks_AndRevivesWhatAnOlderListLacked()
    {
        var (one, two) = (PodJsons.Facts(PodJsons.Pod("one", PodJsons.FirstId)), PodJsons.Facts(PodJsons.Pod("two", PodJsons.SecondId)));
        _pods.Replace([one, two]);

        _pods.Replace([one]);
        Assert.Equal(("two", PodMatchKind.Deleted), Found(PodJsons.SecondId));

        _pods.Replace([one, two]);
        Assert.Equal(("two", PodMatchKind.Live), Found(PodJsons.SecondId));
        _clock.Advance(PodDirectory.DeletedFor);
        Assert.Equal(("two", PodMatchKind.Live), Found(PodJsons.SecondId));
    }

    [Fact]
    public async Task WakesWhoeverWaits_WhenSomethingChanges()
    {
        var version = _pods.Version;
        var change = _pods.WaitForChangeAsync(version, TestContext.Current.CancellationToken);
        Assert.False(change.IsCompleted);

        _pods.Set(PodJsons.Facts(PodJsons.Pod("web")));

        await change;
        Assert.True(_pods.WaitForChangeAsync(version, TestContext.Current.CancellationToken).IsCompleted);
        Assert.True(_pods.Version > version);
    }

    [Fact]
    public void AllocatesNothing_WhenItIsAsked()
    {
        _pods.Set(PodJsons.Facts(PodJsons.Pod("web")));
        var found = _pods.Find("aaaaaaaaaaaa"u8).IsFound & _pods.FindPod("uid-web"u8).IsFound;

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var time = 0; time < 1000; time++)
        {
            found &= _pods.Find("aaaaaaaaaaaa"u8).IsFound && _pods.FindPod("uid-web"u8).IsFound;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(found);
    }

    private void Play(string text)
    {
        var line = WatchLine.Read(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(text)));
        if (line.Type == "DELETED")
        {
            _pods.Delete(line.Pod!);
        }
        else if (line.Pod is { } pod)
        {
            _pods.Set(pod);
        }
    }

    private PodMatch Find(string id) => _pods.Find(Encoding.UTF8.GetBytes(id));

    private (string?, PodMatchKind) Found(string id) => (Find(id).Pod?.Name, Find(id).Kind);
}
