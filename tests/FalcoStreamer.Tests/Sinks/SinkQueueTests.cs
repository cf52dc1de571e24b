using FalcoStreamer.Sinks;
using FalcoStreamer.Tests.Support;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FalcoStreamer.Tests.Sinks;

public sealed class SinkQueueTests : IDisposable
{
    private readonly TelemetryProbe _probe = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly FakeSink _sink = new();
    private readonly MetricCollector<long> _records;
    private readonly CancellationTokenSource _grace = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    public SinkQueueTests() => _records = _probe.Collect("falcostreamer.sink.records");

    public void Dispose()
    {
        Assert.True(_probe.Telemetry.Accounts.AddUp, _probe.Telemetry.Accounts.ToString());
        _grace.Dispose();
        _records.Dispose();
        _probe.Dispose();
    }

    [Fact]
    public async Task SendsWhatCameInItsOrder_ThenFlushes()
    {
        var queue = Queue();
        var records = Fill(queue, 5);
        queue.Complete();

        await queue.RunAsync(_grace.Token);

        Assert.Equal(records, _sink.Taken);
        Assert.Equal(1, _sink.Flushes);
        Assert.Equal(5, Count("sent"));
    }

    [Fact]
    public async Task CutsBatches()
    {
        var queue = Queue(new SinkQueueOptions { BatchSize = 2, BatchPause = TimeSpan.Zero });
        Fill(queue, 5);
        queue.Complete();

        await queue.RunAsync(_grace.Token);

        Assert.Equal(3, _sink.Calls);
        Assert.Equal(5, _sink.Taken.Count);
    }

    [Fact]
    public async Task DropsTheOldestAndCountsIt_WhenItIsFull()
    {
        var queue = Queue(new SinkQueueOptions { Capacity = 3, BatchPause = TimeSpan.Zero });
        var records = Fill(queue, 5);
        queue.Complete();

        await queue.RunAsync(_grace.Token);

        Assert.Equal(records[2..], _sink.Taken);
        Assert.Equal(2, Count("dropped"));
        Assert.Single(_probe.Lines(550));
    }

    [Fact]
    public async Task TriesAgainUntilTheSinkIsBack_AndSaysItOnce()
    {
        for (var i = 0; i < 5; i++)
        {
            _sink.Fail(isTransient: true);
        }

        var queue = Queue();
        Fill(queue, 2);
        queue.Complete();
        var running = queue.RunAsync(_grace.Token);
        for (var call = 1; call <= 5; call++)
        {
            await _sink.CalledAsync(call, _grace.Token);
            await AdvanceUntilAsync(() => _sink.Calls > call);
        }

        await running;
        Assert.Equal(2, _sink.Taken.Count);
        Assert.Single(_probe.Lines(551));
        Assert.Single(_probe.Lines(553));
    }

    [Fact]
    public async Task CountsAsLost_WhatTheSinkRefusesForGood_AndGoesOn()
    {
        _sink.Fail(isTransient: false);
        var queue = Queue(new SinkQueueOptions { BatchSize = 2, BatchPause = TimeSpan.Zero });
        Fill(queue, 4);
        queue.Complete();

        await queue.RunAsync(_grace.Token);

        Assert.Equal(2, Count("refused"));
        Assert.Equal(2, Count("sent"));
    }

    [Fact]
    public async Task SurvivesASinkThatBreaks()
    {
        _sink.Answer(_ => throw new InvalidOperationException("a mistake of ours"));
        var queue = Queue(new SinkQueueOptions { BatchSize = 1, BatchPause = TimeSpan.Zero });
        Fill(queue, 2);
        queue.Complete();

        await queue.RunAsync(_grace.Token);

        Assert.Single(_sink.Taken);
    }

    [Fact]
    public async Task CountsWhatIsLeft_WhenTheGracePeriodEnds()
    {
        _sink.Answer(cancellation => Task.Delay(Timeout.InfiniteTimeSpan, _clock, cancellation));
        var queue = Queue(new SinkQueueOptions { BatchSize = 2, BatchPause = TimeSpan.Zero });
        Fill(queue, 5);
        queue.Complete();
        var running = queue.RunAsync(_grace.Token);
        await _sink.CalledAsync(1, TestContext.Current.CancellationToken);

        await _grace.CancelAsync();
        await running;

        Assert.Equal(5, Count("lost"));
        Assert.Empty(_sink.Taken);
    }

    [Fact]
    public async Task SaysWhatWaitsAndForHowLong_AlsoWhatIsBeingSent()
    {
        var called = new TaskCompletionSource();
        _sink.Answer(async cancellation =>
        {
            called.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, _clock, cancellation);
        });
        _clock.SetUtcNow(Some.Time.ToDateTimeOffset() + TimeSpan.FromMinutes(5));
        using var depth = new MetricCollector<long>(_probe.Meters, "FalcoStreamer", "falcostreamer.sink.depth");
        using var lag = new MetricCollector<double>(_probe.Meters, "FalcoStreamer", "falcostreamer.sink.lag");
        var queue = Queue(new SinkQueueOptions { BatchSize = 2, BatchPause = TimeSpan.Zero });
        var oldest = Assert.IsType<ReportRecord>(Fill(queue, 5)[0]).Observed;
        var running = queue.RunAsync(_grace.Token);
        await called.Task;

        depth.RecordObservableInstruments();
        lag.RecordObservableInstruments();

        Assert.Equal(5, depth.LastMeasurement!.Value);
        Assert.Equal((_clock.GetUtcNow() - oldest.ToDateTimeOffset()).TotalSeconds, lag.LastMeasurement!.Value);
        Assert.True(_probe.Telemetry.Accounts.AddUp);
        await _grace.CancelAsync();
        await running;
        Assert.Equal(5, Count("lost"));
        Assert.True(_probe.Telemetry.Accounts.AddUp);
    }

    [Fact]
    public async Task CallsTheSinkWithoutRecords_WhenItIsDue()
    {
        _sink.DueIn = TimeSpan.FromMinutes(5);
        var queue = Queue();
        var running = queue.RunAsync(_grace.Token);

        await AdvanceUntilAsync(() => _sink.Calls == 1);

        Assert.Empty(_sink.Taken);
        queue.Complete();
        await running;
    }

    [Fact]
    public async Task AsksForPatience_OnlyWhileTheSinkSendsWell()
    {
        var queue = Queue(new SinkQueueOptions { Capacity = 100, BatchSize = 10, BatchPause = TimeSpan.Zero });
        Assert.False(queue.WantsPatience);
        Fill(queue, 90);

        Assert.True(queue.WantsPatience);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(queue.WantsPatience);

        queue.Complete();
        await queue.RunAsync(_grace.Token);
        Assert.False(queue.WantsPatience);
    }

    private SinkQueue Queue(SinkQueueOptions? options = null) =>
        new(_sink, options ?? new SinkQueueOptions { BatchPause = TimeSpan.Zero }, _clock, _probe.Telemetry);

    private static List<SinkRecord> Fill(SinkQueue queue, int count)
    {
        var records = Enumerable.Range(0, count).Select(number => (SinkRecord)SomeReport.Record(SomeReport.Of($"{number}"))).ToList();
        records.ForEach(queue.Enqueue);
        return records;
    }

    private long Count(string outcome) =>
        _records.GetMeasurementSnapshot().Where(measurement => Equals(measurement.Tags["outcome"], outcome)).Sum(measurement => measurement.Value);

    /// <summary>Lets the clock go on: the queue sets its timer at some moment of its own.</summary>
    private async Task AdvanceUntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            _grace.Token.ThrowIfCancellationRequested();
            _clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }
    }
}
