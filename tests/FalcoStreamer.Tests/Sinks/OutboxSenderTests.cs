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
    public async Task CountsWhatTheSinkSaysWasRefused_WhenTheRestWasTaken()
    {
        var outbox = new MemoryOutbox(10_000, _ => { });
        outbox.Add(SomeChunks.Chunk(1, records: 5));
        outbox.Complete();

        await new OutboxSender(new FakeOutboxSink { RefusesWithin = 2 }, outbox, Pace(), _clock, _probe.Telemetry).RunAsync(_grace.Token);

        Assert.Equal(3, Count("sent"));
        Assert.Equal(2, Count("refused"));
    }

    [Fact]
    public async Task SaysRefusalsOnce_UntilAllIsTakenAgain()
    {
        var sink = new FakeOutboxSink { MaxBytes = 100, Refuses = chunk => SomeChunks.NumberOf(chunk) is 1 or 2 or 4 };
        Fill(4);
        _outbox.Complete();

        await new OutboxSender(sink, _outbox, Pace(), _clock, _probe.Telemetry).RunAsync(_grace.Token);

        Assert.Equal(3, Count("refused"));
        Assert.Equal(2, _probe.Lines(501).Count);
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

    [Fact]
    public async Task AccountsForAll_AndSaysHowLongItHasWaited()
    {
        var outbox = new MemoryOutbox(500, count => _probe.Telemetry.RecordsDropped("fake", count));
        for (var number = 1; number <= 8; number++)
        {
            outbox.Add(SomeChunks.Chunk(number, records: 2));
        }

        _probe.Telemetry.RecordsGiven("fake", 16);
        _clock.SetUtcNow((Some.Time + TimeSpan.FromSeconds(60)).ToDateTimeOffset());
        using var lag = new MetricCollector<double>(_probe.Meters, "FalcoStreamer", "falcostreamer.sink.lag");
        var sink = new FakeOutboxSink { RefusesWithin = 1, Refuses = chunk => SomeChunks.NumberOf(chunk) == 6 };
        var sender = new OutboxSender(sink, outbox, Pace(), _clock, _probe.Telemetry);

        lag.RecordObservableInstruments();
        Assert.Equal(56, lag.LastMeasurement!.Value);
        Assert.Equal("fake received 16 = delivered 0 + collapsed 0 + dropped 6 (dropped 6) + held 10", _probe.Telemetry.Accounts.Sinks[0].ToString());

        outbox.Complete();
        await sender.RunAsync(_grace.Token);

        Assert.Equal("fake received 16 = delivered 4 + collapsed 0 + dropped 12 (dropped 6, refused 6) + held 0", _probe.Telemetry.Accounts.Sinks[0].ToString());
        Assert.True(_probe.Telemetry.Accounts.AddUp);
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
