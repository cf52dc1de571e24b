using FalcoStreamer.Alerts;
using FalcoStreamer.Sinks;
using FalcoStreamer.Storage;
using FalcoStreamer.Tests.Support;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FalcoStreamer.Tests.Sinks;

public sealed class OutboxSenderTests : IDisposable
{
    private readonly TelemetryProbe _probe = new();
    private readonly FakeTimeProvider _clock = new() { AutoAdvanceAmount = TimeSpan.Zero };
    private readonly FakeOutboxSink _sink = new();
    private readonly MemoryOutbox _outbox = new(10_000, _ => { });
    private readonly MetricCollector<long> _records;
    private readonly CancellationTokenSource _grace = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    public OutboxSenderTests() => _records = _probe.Collect("falcostreamer.sink.records");

    public void Dispose()
    {
        _grace.Dispose();
        _records.Dispose();
        _probe.Dispose();
    }

    [Fact]
    public async Task SendsWhatWaitsInItsOrder_AsMuchAtOnceAsTheSinkTakes()
    {
        Fill(25);

        var left = await RunAsync();

        Assert.Equal(Enumerable.Range(1, 25), _sink.Taken.Select(SomeChunks.NumberOf));
        Assert.Equal([10, 10, 5], _sink.Calls.Select(chunks => chunks.Count));
        Assert.Equal(25, Count("sent"));
        Assert.Equal(0, left);
    }

    [Fact]
    public async Task TriesAgainUntilTheSinkIsBack_AndLosesNothing()
    {
        Fill(3);
        _sink.Answer(_ => throw new SinkException("away", isTransient: true));
        _sink.Answer(_ => throw new SinkException("away", isTransient: true, TimeSpan.FromMinutes(1)));

        await RunAsync();

        Assert.Equal([1, 2, 3], _sink.Taken.Select(SomeChunks.NumberOf));
        Assert.Equal(3, _sink.Calls.Count);
        Assert.Single(_probe.Lines(551));
        Assert.Single(_probe.Lines(553));
    }

    [Fact]
    public async Task SendsTheOthers_WhenOneIsRefusedForGood()
    {
        Fill(5);
        _sink.Refuses = chunk => SomeChunks.NumberOf(chunk) == 3;

        await RunAsync();

        Assert.Equal([1, 2, 4, 5], _sink.Taken.Select(SomeChunks.NumberOf));
        Assert.Equal(4, Count("sent"));
        Assert.Equal(1, Count("refused"));
    }

    [Fact]
    public async Task SurvivesASinkThatBreaks()
    {
        Fill(2);
        _sink.Answer(_ => throw new InvalidOperationException("a mistake of ours"));

        await RunAsync();

        Assert.Equal([1, 2], _sink.Taken.Select(SomeChunks.NumberOf));
    }

    [Fact]
    public async Task LeavesInTheOutbox_WhatWasNotSentWhenTheGracePeriodEnds()
    {
        Fill(3);
        var called = new TaskCompletionSource();
        _sink.Answer(async cancellation =>
        {
            called.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, _clock, cancellation);
        });
        var running = Sender().RunAsync(_grace.Token);
        await called.Task;

        await _grace.CancelAsync();

        Assert.Equal(3, await running);
        Assert.Equal(3, _outbox.Depth.Records);
        Assert.Empty(_sink.Taken);
    }

    [Fact]
    public async Task CountsAsSentOnlyWhatWasNotCountedAsDropped()
    {
        var outbox = new MemoryOutbox(200, _ => { });
        outbox.Add(SomeChunks.Chunk(1, Priority.Debug));
        outbox.Add(SomeChunks.Chunk(2));
        _sink.Answer(_ =>
        {
            outbox.Add(SomeChunks.Chunk(3));
            outbox.Complete();
            return Task.CompletedTask;
        });

        await new OutboxSender(_sink, outbox, Pace(), _clock, _probe.Telemetry).RunAsync(_grace.Token);

        Assert.Equal(2, Count("sent"));
    }

    private static SinkQueueOptions Pace() => new() { BatchPause = TimeSpan.Zero };

    private OutboxSender Sender() => new(_sink, _outbox, Pace(), _clock, _probe.Telemetry);

    private void Fill(int count)
    {
        for (var number = 1; number <= count; number++)
        {
            _outbox.Add(SomeChunks.Chunk(number));
        }
    }

    private async Task<long> RunAsync()
    {
        _outbox.Complete();
        var running = Sender().RunAsync(_grace.Token);
        while (!running.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }

        return await running;
    }

    private long Count(string outcome) => _records.GetMeasurementSnapshot()
        .Where(measured => outcome.Equals(measured.Tags["outcome"]))
        .Sum(measured => measured.Value);
}
