using FalcoStreamer.Sources.Log;
using FalcoStreamer.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace FalcoStreamer.Tests.Sources.Log;

/// <summary>Files that are renamed, copied, compressed, truncated and deleted: every alert once, or said to be lost.</summary>
public sealed class LogRotationTests : IAsyncDisposable
{
    private readonly LogScene _scene = new();
    private readonly TelemetryProbe _probe = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly List<LogReading> _readings = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var reading in _readings)
        {
            await reading.DisposeAsync();
        }

        _scene.Dispose();
        _probe.Dispose();
    }

    [Fact]
    public async Task ReadsARenamedFileFirst_AndOn_WhileTheRuntimeStillWritesToIt()
    {
        var rotated = _scene.Log + ".20260101-100000";
        LogScene.Write(_scene.Log, 1);
        var reading = await ReadAsync(1);

        LogScene.Write(_scene.Log, 2);
        File.Move(_scene.Log, rotated);
        LogScene.Write(rotated, 3);
        await LookAsync(reading, 3);
        LogScene.Write(_scene.Log, 5);
        LogScene.Write(rotated, 4);
        await LookAsync(reading, 5);
        LogScene.Write(rotated, 6);
        LogScene.Write(_scene.Log, 7);
        await LookAsync(reading, 7);

        Assert.Equal([1, 2, 3, 4, 5, 6, 7], _scene.Accepted);
    }

    [Fact]
    public async Task FinishesARenamedFile_WhenItHasBeenQuiet_AndForgetsItWhenItIsDeleted()
    {
        var rotated = _scene.Log + ".20260101-100000";
        LogScene.Write(_scene.Log, 1);
        var reading = await ReadAsync(1);
        File.Move(_scene.Log, rotated);
        LogScene.Write(_scene.Log, 2);
        await LookAsync(reading, 2);

        reading.Begin();
        _clock.Advance(FollowedLog.Patience);
        Assert.True(Assert.Single((await reading.NextAsync())!.Places).IsFinished);
        File.Delete(rotated);
        var next = reading.NextAsync();
        await PassUntilAsync(() => next.IsCompleted);
        Assert.True((await next)!.Places[^1].IsGone);
        await reading.StopAsync();

        Assert.Single(_scene.Places);
        Assert.Empty(_probe.Lines(123));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadsTheCopy_WhenTheFileWasCopiedAndTruncated(bool zips)
    {
        LogScene.Write(_scene.Log, Enumerable.Range(1, 100));
        var reading = await ReadAsync(100);

        LogScene.Write(_scene.Log, Enumerable.Range(101, 100));
        LogScene.CopyAndTruncate(_scene.Log, _scene.Log + ".1");
        if (zips)
        {
            LogScene.Compress(_scene.Log + ".1");
        }

        LogScene.Write(_scene.Log, Enumerable.Range(201, 300));
        await LookAsync(reading, 500);

        Assert.Equal(Enumerable.Range(1, 500), _scene.Accepted);
    }

    [Fact]
    public async Task DoesNotReadACopy_WhileTheFileItselfIsThere()
    {
        LogScene.Write(_scene.Log, 1, 2);
        var reading = await ReadAsync(2);

        File.Copy(_scene.Log, _scene.Log + ".1");
        LogScene.Write(_scene.Log, 3);
        await LookAsync(reading, 3);

        Assert.Equal([1, 2, 3], _scene.Accepted);
    }

    [Fact]
    public async Task SaysWhatIsLost_WhenTheFileWasTruncatedWithoutACopy()
    {
        LogScene.Write(_scene.Log, Enumerable.Range(0, 1_000));
        var reading = Read();
        var first = (await reading.NextAsync())!.Alerts.Count;
        using var lost = _probe.Collect("falcostreamer.log.lost_bytes");
        var rest = new FileInfo(_scene.Log).Length - (LogScene.Line(0).Length + 1) * 10L - (LogScene.Line(10).Length + 1) * 90L - (LogScene.Line(100).Length + 1) * (first - 100L);

        File.WriteAllText(_scene.Log, "");
        LogScene.Write(_scene.Log, 5_000);
        await reading.ReadUntilAsync(first + 1);
        reading.Begin();
        _clock.Advance(FollowedLog.Patience);
        await _probe.LoggedAsync(123, 1, TestContext.Current.CancellationToken);

        Assert.Equal(5_000, _scene.Accepted[^1]);
        Assert.Equal(rest, lost.GetMeasurementSnapshot().Sum(count => count.Value));
        Assert.Equal(1, _probe.Telemetry.AlertsMissed);
    }

    [Fact]
    public async Task LosesNothing_WhenAFileIsTruncatedThatWasReadToItsEnd()
    {
        LogScene.Write(_scene.Log, 1, 2);
        var reading = await ReadAsync(2);

        File.WriteAllText(_scene.Log, "");
        LogScene.Write(_scene.Log, 3);
        await LookAsync(reading, 3);
        reading.Begin();
        _clock.Advance(FollowedLog.Patience);
        await reading.StopAsync();

        Assert.Equal([1, 2, 3], _scene.Accepted);
        Assert.Empty(_probe.Lines(123));
    }

    [Fact]
    public async Task GoesOnWithTheNextLog_WhenTheContainerWasRestarted()
    {
        LogScene.Write(_scene.Log, 1);
        var reading = await ReadAsync(1);

        LogScene.Write(_scene.Log, 2);
        LogScene.Write(_scene.PathOf("pods/falco_falco-abc_uid/falco/1.log"), 3);
        await LookAsync(reading, 3);
        reading.Begin();
        _clock.Advance(FollowedLog.Patience);
        Assert.True(Assert.Single((await reading.NextAsync())!.Places).IsFinished);

        Assert.Equal([1, 2, 3], _scene.Accepted.Order());
    }

    [Fact]
    public async Task ReadsWhatADeletedPodWroteLast_AndFollowsTheNewOne()
    {
        LogScene.Write(_scene.Log, 1);
        var reading = await ReadAsync(1);
        reading.Begin();

        LogScene.Write(_scene.Log, 2);
        Directory.Delete(_scene.PathOf("pods/falco_falco-abc_uid"), recursive: true);
        Directory.CreateDirectory(_scene.PathOf("pods/falco_falco-def_uid/falco"));
        LogScene.Write(_scene.PathOf("pods/falco_falco-def_uid/falco/0.log"), 3);
        _clock.Advance(LogChanges.Poll);
        await reading.ReadUntilAsync(3);
        reading.Begin();
        _clock.Advance(FollowedLog.Patience);
        Assert.True(Assert.Single((await reading.NextAsync())!.Places).IsFinished);
        reading.Begin();
        _clock.Advance(LogChanges.Poll);
        Assert.True(Assert.Single((await reading.NextAsync())!.Places).IsGone);
        await reading.StopAsync();

        Assert.Equal([1, 2, 3], _scene.Accepted.Order());
        Assert.Empty(_probe.Lines(123));
    }

    [Fact]
    public async Task FollowsTwoPodsAtOnce()
    {
        var other = _scene.PathOf("pods/falco_falco-def_uid/falco/0.log");
        Directory.CreateDirectory(Path.GetDirectoryName(other)!);
        LogScene.Write(_scene.Log, Enumerable.Range(0, 2_000));
        LogScene.Write(other, Enumerable.Range(10_000, 2_000));
        var reading = Read();

        var first = LogReading.Numbers((await reading.NextAsync())!).First();
        var second = LogReading.Numbers((await reading.NextAsync())!).First();
        await reading.ReadUntilAsync(4_000);

        // Neither waits for the other's end.
        Assert.Equal([0, 10_000], new[] { first, second }.Order());
        Assert.Equal(Enumerable.Range(0, 2_000), _scene.Accepted.Where(number => number < 10_000));
        Assert.Equal(Enumerable.Range(10_000, 2_000), _scene.Accepted.Where(number => number >= 10_000));
    }

    [Fact]
    public async Task FollowsLinks_ToTheFilesBesideWhichTheRotatedOnesLie_AndEachFileOnce()
    {
        Directory.CreateDirectory(_scene.PathOf("containers"));
        File.CreateSymbolicLink(_scene.PathOf("containers/falco-abc_falco_falco-1.log"), _scene.Log);
        Directory.CreateSymbolicLink(_scene.PathOf("moved"), _scene.PathOf("pods"));
        LogScene.Write(_scene.Log, 1);
        var reading = Read(_scene.PathOf("containers/falco-*.log"), _scene.PathOf("moved/*_falco-*/falco/*.log"), _scene.Pattern);
        await reading.ReadUntilAsync(1);

        File.Move(_scene.Log, _scene.Log + ".20260101-100000");
        LogScene.Write(_scene.Log + ".20260101-100000", 2);
        LogScene.Write(_scene.Log, 3);
        await LookAsync(reading, 3);
        await reading.StopAsync();

        Assert.Equal([1, 2, 3], _scene.Accepted);
    }

    [Fact]
    public async Task ReadsEverythingThatWasRotatedWhileNobodyRead()
    {
        LogScene.Write(_scene.Log, Enumerable.Range(0, 100));
        await ReadAndKillAsync(100);

        LogScene.Write(_scene.Log, Enumerable.Range(100, 100));
        File.Move(_scene.Log, _scene.Log + ".20260101-100000");
        LogScene.Compress(_scene.Log + ".20260101-100000");
        LogScene.Write(_scene.Log + ".20260101-110000", Enumerable.Range(200, 100));
        LogScene.Compress(_scene.Log + ".20260101-110000");
        LogScene.Write(_scene.Log + ".20260101-120000", Enumerable.Range(300, 100));
        LogScene.Write(_scene.Log, Enumerable.Range(400, 100));
        await Read().StopAsync();

        Assert.Equal(Enumerable.Range(0, 500), _scene.Accepted);
        Assert.Empty(_probe.Lines(123));
    }

    [Fact]
    public async Task SaysThatSomethingIsLost_WhenRotationDeletedAFileThatNobodyHadFinished()
    {
        LogScene.Write(_scene.Log, 1);
        await ReadAndKillAsync(1);

        File.Delete(_scene.Log);
        LogScene.Write(_scene.Log + ".20260101-110000", 2);
        LogScene.Write(_scene.Log, 3);
        var reading = Read();
        await reading.ReadUntilAsync(3);
        reading.Begin();
        _clock.Advance(FollowedLog.Patience);
        await reading.StopAsync();

        Assert.Equal([1, 2, 3], _scene.Accepted);
        Assert.Contains("an unknown number of bytes are lost", Assert.Single(_probe.Lines(123)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SaysThatSomethingIsLost_WhenThePodWentAwayWhileNobodyRead()
    {
        LogScene.Write(_scene.Log, 1);
        await ReadAndKillAsync(1);

        Directory.Delete(_scene.PathOf("pods/falco_falco-abc_uid"), recursive: true);
        var reading = Read();
        // The place comes again first, to be kept where this agent keeps its own.
        Assert.Single((await reading.NextAsync())!.Places);
        reading.Begin();
        await PassUntilAsync(() => _probe.Lines(123).Count > 0);
        await reading.StopAsync();

        Assert.Empty(_scene.Places);
    }

    [Fact]
    public async Task ForgetsALogThatNobodyAsksForAnyMore()
    {
        LogScene.Write(_scene.Log, 1);
        await ReadAndKillAsync(1);

        var reading = Read(_scene.PathOf("elsewhere.log"));
        var next = reading.NextAsync();
        await PassUntilAsync(() => next.IsCompleted);
        Assert.True(Assert.Single((await next)!.Places).IsGone);
        await reading.StopAsync();

        Assert.Equal([1], _scene.Accepted);
        Assert.Empty(_scene.Places);
        Assert.Empty(_probe.Lines(123));
    }

    [Fact]
    public async Task ReadsANewFile_WhenItHasGotTheNumberOfAnOldOne()
    {
        // The file system gives a number again at once.
        LogScene.Write(_scene.Log, 11);
        await ReadAndKillAsync(1);
        File.Delete(_scene.Log);
        LogScene.Write(_scene.Log, 12);

        await Read().StopAsync();

        Assert.Equal([11, 12], _scene.Accepted);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task GoesOnExactlyWhereItWas_WhereverItIsKilled(int seed)
    {
        var random = new Random(seed);
        LogScene.Write(_scene.Log);
        await Read().StopAsync();
        var node = new RotatingLog(_scene.Log, random, copies: seed % 2 == 0);
        for (var life = 0; life < 25; life++)
        {
            node.Live(random.Next(400));
            var reading = Read();
            for (var batch = random.Next(4); batch > 0 && reading.HasMore(node.Written); batch--)
            {
                reading.Begin();
                node.Live(random.Next(100));
                _clock.Advance(TimeSpan.FromSeconds(random.Next(20)));
                var next = reading.NextAsync();
                await PassUntilAsync(() => next.IsCompleted);
                await next;
            }

            await reading.KillAsync();
        }

        await Read().StopAsync();

        Assert.Equal(Enumerable.Range(0, node.Written), _scene.Accepted.Order());
        Assert.Empty(_probe.Lines(107));
    }

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 20)];

    [Fact]
    public async Task GivesEveryLineOnce_WhileAWriterRotatesAsFastAsItCan()
    {
        const int lines = 30_000;
        var reading = new LogReading(_scene, TimeProvider.System, _probe.Telemetry, usesInotify: true);
        _readings.Add(reading);
        // From the first start on everything counts.
        LogScene.Write(_scene.Log);
        await reading.NextAsync();
        reading.Begin();
        var writing = Task.Run(() =>
        {
            var node = new RotatingLog(_scene.Log, new Random(1), copies: false);
            while (node.Written < lines)
            {
                node.Live(100);
            }

            return node.Written;
        }, TestContext.Current.CancellationToken);

        await reading.ReadUntilAsync(lines);
        var written = await writing;
        await reading.StopAsync();

        Assert.Equal(Enumerable.Range(0, written), _scene.Accepted.Order());
    }

    private LogReading Read(params string[] paths)
    {
        var reading = new LogReading(_scene, _clock, _probe.Telemetry, paths: paths);
        _readings.Add(reading);
        return reading;
    }

    private async Task<LogReading> ReadAsync(int count)
    {
        var reading = Read();
        await reading.ReadUntilAsync(count);
        return reading;
    }

    private async Task ReadAndKillAsync(int count) => await (await ReadAsync(count)).KillAsync();

    private async Task LookAsync(LogReading reading, int count)
    {
        reading.Begin();
        _clock.Advance(LogChanges.Poll);
        await reading.ReadUntilAsync(count);
    }

    private async Task PassUntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!holds())
        {
            _clock.Advance(LogChanges.Poll);
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, patience.Token);
        }
    }
}
