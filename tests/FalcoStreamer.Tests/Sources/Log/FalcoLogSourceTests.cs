using System.Text;
using FalcoStreamer.Sources.Log;
using FalcoStreamer.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace FalcoStreamer.Tests.Sources.Log;

/// <summary>What is read, and when. Real files; unless a test says otherwise the clock stands still and only its poll makes the source look.</summary>
public sealed class FalcoLogSourceTests : IAsyncDisposable
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
    public async Task GivesWhatIsThere_AndThenWhatComes()
    {
        LogScene.Write(_scene.Log, 1, 2);
        var reading = Read();

        Assert.Equal([1, 2], LogReading.Numbers((await reading.NextAsync())!));
        reading.Begin();
        LogScene.Write(_scene.Log, 3);
        _clock.Advance(LogChanges.Poll);

        Assert.Equal([3], LogReading.Numbers((await reading.NextAsync())!));
        Assert.True(reading.Source.IsReading);
    }

    [Fact]
    public async Task GivesALineAtOnce_WhenLinuxTellsOfIt()
    {
        LogScene.Write(_scene.Log, 1);
        var reading = Read(usesInotify: true);
        await reading.NextAsync();

        reading.Begin();
        LogScene.Write(_scene.Log, 2);

        // The clock stands still, so no poll has brought it.
        Assert.Equal([2], LogReading.Numbers((await reading.NextAsync())!));
    }

    [Fact]
    public async Task TakesWhatARealFalcoWrites_InTheRuntimesLines()
    {
        var bodies = Recordings.HttpBodies();
        var text = new StringBuilder(LogScene.Runtime("Wed Jan 1 00:00:00 2026: Falco version: 0.43.1", "stderr"));
        foreach (var body in bodies)
        {
            text.Append(LogScene.Runtime(Encoding.UTF8.GetString(body)));
        }

        LogScene.Append(_scene.Log, text.ToString());
        await using var batches = new FalcoLogSource(new LogSourceOptions { Paths = [_scene.Pattern] }, _scene, null, _clock, _probe.Telemetry)
            .ReadAsync(new CancellationToken(canceled: true)).GetAsyncEnumerator(TestContext.Current.CancellationToken);

        var ids = new List<FalcoStreamer.Alerts.AlertId>();
        while (await batches.MoveNextAsync())
        {
            ids.AddRange(batches.Current.Alerts.Select(alert => alert.Id));
        }

        Assert.Equal(Recordings.HttpAlerts().Select(alert => alert.Id), ids);
    }

    [Fact]
    public async Task JoinsSplitLines_WhenTheOtherStreamsPartsLieBetween_AndCountsThemAsUnreadUntilTheyAreWhole()
    {
        var line = LogScene.Line(1);
        var blank = line.IndexOf("{\"n\"", StringComparison.Ordinal);
        LogScene.Append(_scene.Log, LogScene.Runtime(LogScene.Line(0)) + LogScene.Runtime(line[..10], tag: "P") + LogScene.Runtime("half", "stderr", "P")
            + LogScene.Runtime(line[10..blank] + " ", tag: "P") + LogScene.Runtime("of it", "stderr"));
        var reading = Read();
        await reading.ReadUntilAsync(1);
        await reading.KillAsync();

        LogScene.Append(_scene.Log, LogScene.Runtime(line[blank..], tag: "P") + LogScene.Runtime("") + LogScene.Runtime(LogScene.Line(2)));
        await Read().ReadUntilAsync(3);

        Assert.Equal([0, 1, 2], _scene.Accepted);
        Assert.Empty(_probe.Lines(107));
    }

    [Fact]
    public async Task ReadsLinesLargerThanABlock_AndLeavesOutThoseThatAreTooLong()
    {
        static string Large(int number, int length) => LogScene.Line(number).Replace("\"n\":", $"\"x\":\"{new string('x', length)}\",\"n\":", StringComparison.Ordinal);
        var split = Large(5, 3 * LogLines.MaxAlertBytes);
        LogScene.Append(_scene.Log, Large(1, 900_000) + "\n" + Large(2, LogLines.MaxAlertBytes) + "\n" + Large(3, 5 * LogLines.MaxAlertBytes) + "\n" + LogScene.Line(4) + "\n");
        for (var part = 0; part < split.Length; part += 16 * 1024)
        {
            LogScene.Append(_scene.Log, LogScene.Runtime(split[part..Math.Min(part + (16 * 1024), split.Length)], tag: part + (16 * 1024) < split.Length ? "P" : "F"));
        }

        LogScene.Append(_scene.Log, LogScene.Runtime(LogScene.Line(6)));
        using var unreadable = _probe.Collect("falcostreamer.alerts.unreadable");
        await Read().ReadUntilAsync(3);

        Assert.Equal([1, 4, 6], _scene.Accepted);
        Assert.Equal(3, unreadable.GetMeasurementSnapshot().Sum(count => count.Value));
    }

    [Fact]
    public async Task CountsWhatIsNoAlert_AndSaysOnceABurstWhatShouldHaveBeenOne()
    {
        using var unreadable = _probe.Collect("falcostreamer.alerts.unreadable");
        using var others = _probe.Collect("falcostreamer.log.other_lines");
        LogScene.Append(_scene.Log, "Falco initialized\n{\"rule\":\n{}\n\n[info] opened\n" + LogScene.Line(1) + "\n");

        await Read().ReadUntilAsync(1);

        Assert.Equal(2, unreadable.GetMeasurementSnapshot().Sum(count => count.Value));
        Assert.Equal(2, others.GetMeasurementSnapshot().Sum(count => count.Value));
        Assert.Contains($"(byte 18 of {_scene.Log})", Assert.Single(_probe.Lines(107)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task GivesAtMostSoManyAtOnce()
    {
        LogScene.Write(_scene.Log, Enumerable.Range(0, 2_000));
        var reading = Read();

        Assert.InRange((await reading.NextAsync())!.Alerts.Count, 1, LogLines.MostAlerts);
        await reading.ReadUntilAsync(2_000);

        Assert.Equal(Enumerable.Range(0, 2_000), _scene.Accepted);
    }

    [Fact]
    public async Task BeginsWithTheCurrentFile_WhenNobodyHasReadBefore()
    {
        LogScene.Write(_scene.Log + ".20260101-000000", 1);
        LogScene.Compress(_scene.Log + ".20260101-000000");
        LogScene.Write(_scene.Log + ".20260101-100000", 2);
        LogScene.Write(_scene.Log, 3, 4);

        await Read().StopAsync();

        Assert.Equal([3, 4], _scene.Accepted);
        Assert.Equal(3, _scene.Places.Count);

        // What was passed over stays so for the next agent, also after it was compressed.
        LogScene.Compress(_scene.Log + ".20260101-100000");
        await Read().StopAsync();
        Assert.Equal([3, 4], _scene.Accepted);
    }

    [Fact]
    public async Task ReadsWhatIsThereToTheEnd_WhenItIsStopped()
    {
        LogScene.Write(_scene.Log, 1);
        var reading = Read();
        await reading.NextAsync();
        reading.Begin();
        LogScene.Write(_scene.Log, Enumerable.Range(2, 1_999));

        await reading.StopAsync();

        Assert.Equal(Enumerable.Range(1, 2_000), _scene.Accepted);
        Assert.False(reading.Source.IsReading);
    }

    [Fact]
    public async Task WaitsForALogThatDoesNotExistYet_AndIsReadyMeanwhile()
    {
        var file = _scene.PathOf("later/falco.log");
        var reading = Read(paths: [file, _scene.Pattern]);
        reading.Begin();
        await UntilAsync(() => reading.Source.IsReading);

        Directory.CreateDirectory(_scene.PathOf("later"));
        LogScene.Write(file, 1);
        _clock.Advance(LogChanges.Poll);

        await reading.ReadUntilAsync(1);
        Assert.Equal([1], _scene.Accepted);
    }

    [Fact]
    public async Task SaysOnceWhatItCannotRead_AndIsNotReady()
    {
        File.CreateSymbolicLink(_scene.PathOf("circle"), _scene.PathOf("circle"));
        var reading = Read(paths: [_scene.PathOf("circle/*.log")]);
        reading.Begin();
        await _probe.LoggedAsync(122, 1, TestContext.Current.CancellationToken);

        _clock.Advance(LogChanges.Poll);
        _clock.Advance(LogChanges.Poll);
        await reading.StopAsync();

        Assert.Contains(_scene.PathOf("circle"), Assert.Single(_probe.Lines(122)), StringComparison.Ordinal);
        Assert.False(reading.Source.IsReading);
    }

    [Fact]
    public void NamesThePathAndTheRemedy_WhenItMustNotRead()
    {
        // Tests may run as root, who may read everything.
        var findings = new LogFindings("log", _clock, _probe.Telemetry);
        var denied = new UnauthorizedAccessException("Access to the path '/var/log/pods' is denied.");
        findings.BeginLook();
        findings.Failed("/var/log/pods", denied);
        findings.Failed("/var/log/pods", denied);
        findings.BeginLook();
        findings.Failed("/var/log/pods", denied);
        var said = _probe.Lines(121).Count;
        findings.BeginLook();
        findings.BeginLook();
        findings.Failed("/var/log/pods", denied);

        Assert.Equal(1, said);
        Assert.Equal(2, _probe.Lines(121).Count);
        Assert.All(_probe.Lines(121), line => Assert.StartsWith("/var/log/pods must not be read", line, StringComparison.Ordinal));
        Assert.All(_probe.Lines(121), line => Assert.Contains("run as uid 0", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task WaitsUntilTheOtherAgentHasEnded_AndGoesOnWhereThatOneWas()
    {
        LogScene.Write(_scene.Log, 1, 2);
        var old = Read(lockDirectory: _scene.PathOf("storage"));
        await old.ReadUntilAsync(2);

        var young = Read(lockDirectory: _scene.PathOf("storage"));
        young.Begin();
        await _probe.LoggedAsync(125, 1, TestContext.Current.CancellationToken);
        // In a surge the old one is only stopped when this one is ready.
        Assert.True(young.Source.IsReading);
        LogScene.Write(_scene.Log, 3);
        await old.StopAsync();
        LogScene.Write(_scene.Log, 4);
        await PassUntilAsync(TimeSpan.FromSeconds(1), () => young.Source.IsReading && _scene.Accepted.Count == 3);
        await young.ReadUntilAsync(4);

        Assert.Equal([1, 2, 3, 4], _scene.Accepted);
    }

    [Fact]
    public async Task ShowsHowMuchIsNotReadYet()
    {
        LogScene.Write(_scene.Log, Enumerable.Range(0, 1_000));
        var reading = Read();
        await reading.NextAsync();
        using var behind = _probe.Collect("falcostreamer.log.behind");

        behind.RecordObservableInstruments();
        var early = behind.LastMeasurement!.Value;
        await reading.ReadUntilAsync(1_000);
        behind.RecordObservableInstruments();

        Assert.Equal(new FileInfo(_scene.Log).Length - _scene.Places.Max(place => place.Offset), behind.LastMeasurement!.Value);
        Assert.InRange(early, 1, new FileInfo(_scene.Log).Length);
    }

    private LogReading Read(bool usesInotify = false, string? lockDirectory = null, params string[] paths)
    {
        var reading = new LogReading(_scene, _clock, _probe.Telemetry, usesInotify, lockDirectory, paths);
        _readings.Add(reading);
        return reading;
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!holds())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, patience.Token);
        }
    }

    /// <summary>Lets time pass until something holds, since nobody can see that a source has come to wait for it.</summary>
    private async Task PassUntilAsync(TimeSpan step, Func<bool> holds)
    {
        await UntilAsync(() =>
        {
            _clock.Advance(step);
            return holds();
        });
    }
}
