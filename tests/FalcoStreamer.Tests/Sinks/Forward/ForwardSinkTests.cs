using System.Text;
using FalcoStreamer.Alerts;
using FalcoStreamer.Simulator;
using FalcoStreamer.Sinks;
using FalcoStreamer.Sinks.Forward;
using FalcoStreamer.Storage;
using FalcoStreamer.Tests.Sinks.Otlp;
using FalcoStreamer.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace FalcoStreamer.Tests.Sinks.Forward;

public sealed class ForwardSinkTests : IAsyncDisposable
{
    private readonly FalcoStreamer.Tests.Support.TelemetryProbe _probe = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2025, 1, 1, 10, 0, 0, TimeSpan.Zero));
    private readonly List<IDisposable> _sinks = [];
    private ForwardReceiver? _receiver;

    private static CancellationToken Patience => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _sinks.ForEach(sink => sink.Dispose());
        _probe.Dispose();
        await (_receiver?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [Fact]
    public async Task PassesEveryPostedAlertOn_AsTheSameBytes()
    {
        var sink = await StartAsync();
        var bodies = Recordings.HttpBodies();

        Assert.Equal(0, await sink.SendAsync(Chunks(sink, bodies.Select(body => Record(FalcoAlert.FromJson(body)))), Patience));

        Assert.Equal(Sorted(bodies), Sorted(_receiver!.Requests.Select(request => request.Body)));
        Assert.All(_receiver.Requests, request =>
        {
            Assert.Equal("/", request.Path);
            Assert.Equal("application/json", request.ContentType);
            Assert.Equal("falcostreamer", request.Headers["User-Agent"]);
            Assert.Equal($"{request.Body.Length}", request.Headers["Content-Length"]);
        });
    }

    [Fact]
    public async Task PassesAlertsFromGrpcOn_AsTheBytesThatFalcoWouldPost()
    {
        var sink = await StartAsync();
        var alerts = Recordings.GrpcAlerts();

        await sink.SendAsync(Chunks(sink, alerts.Select(Record)), Patience);

        Assert.Equal(
            alerts.Select(alert => alert.OutputText.ToString()).Order(StringComparer.Ordinal),
            Sorted(_receiver!.Requests.Select(request => request.Body)));
    }

    [Fact]
    public async Task KeepsFewConnections_AndFewRequestsUnderWay()
    {
        var sink = await StartAsync();

        await sink.SendAsync(Chunks(sink, Records(200)), Patience);
        await sink.SendAsync(Chunks(sink, Records(200, from: 200)), Patience);

        Assert.InRange(_receiver!.Requests.Select(request => request.Connection).Distinct().Count(), 1, ForwardSink.InFlight);
        Assert.InRange(_receiver.MostUnderWay, 1, ForwardSink.InFlight);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(202)]
    [InlineData(204)]
    public async Task CountsEvery2xxAsTaken(int status)
    {
        var sink = await StartAsync();
        _receiver!.Answer(status);

        Assert.Equal(0, await sink.SendAsync(Chunks(sink, Records(1)), Patience));
    }

    [Theory]
    [InlineData(429, "7", 7)]
    [InlineData(503, "Wed, 01 Jan 2025 10:01:00 GMT", 60)]
    [InlineData(503, null, null)]
    [InlineData(500, null, null)]
    [InlineData(502, null, null)]
    [InlineData(408, null, null)]
    public async Task TriesAgainLater_AsLateAsTheReceiverAsks(int status, string? retryAfter, int? seconds)
    {
        var sink = await StartAsync();
        _receiver!.Answer(status, "busy\u001b[2J", retryAfter);

        var exception = await Assert.ThrowsAsync<SinkException>(() => sink.SendAsync(Chunks(sink, Records(1)), Patience));

        Assert.True(exception.IsTransient);
        Assert.Equal(seconds, (int?)exception.RetryAfter?.TotalSeconds);
        Assert.Contains($"answered {status}", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith("busy␛[2J", exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, await sink.SendAsync(Chunks(sink, Records(1)), Patience));
    }

    [Theory]
    [InlineData(301)]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(413)]
    public async Task CountsAnAlertAsLost_WhenItIsRefused_AndSaysItOnce(int status)
    {
        var sink = await StartAsync();
        _receiver!.Answer(status, "no", times: 2);

        Assert.Equal(2, await sink.SendAsync(Chunks(sink, Records(10)), Patience));

        Assert.Equal(10, _receiver.Requests.Count);
        Assert.Contains($"answered {status}", Assert.Single(_probe.Lines(501)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SendsNothingTwice_WhenPartOfABatchFailed()
    {
        var sink = await StartAsync();
        _receiver!.Answer(200, times: 20);
        _receiver.Answer(400);
        _receiver.Answer(503, times: 4);
        var records = Chunks(sink, Records(50));

        await Assert.ThrowsAsync<SinkException>(() => sink.SendAsync(records, Patience));
        Assert.InRange(_receiver.Requests.Count, 22, 25);
        int? refused = null;
        while (refused is null)
        {
            try
            {
                refused = await sink.SendAsync(records, Patience);
            }
            catch (SinkException exception)
            {
                // Up to four requests were under way when the first of the answers came; the rest of them comes now.
                Assert.True(exception.IsTransient);
            }
        }

        Assert.Equal(1, refused);
        Assert.Equal(50 + 4, _receiver.Requests.Count);
        Assert.Equal(50, Sorted(_receiver.Requests.Select(request => request.Body)).Distinct().Count());
    }

    [Fact]
    public async Task TriesAgain_WhenTheConnectionIsReset()
    {
        var sink = await StartAsync();
        _receiver!.Reset();

        var exception = await Assert.ThrowsAsync<SinkException>(() => sink.SendAsync(Chunks(sink, Records(1)), Patience));

        Assert.True(exception.IsTransient);
        Assert.StartsWith($"The receiver at {_receiver.Url} cannot be reached: ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TriesAgain_WhenNobodyListens()
    {
        var sink = Sink($"http://127.0.0.1:{LoopbackPort.Free()}/");

        var exception = await Assert.ThrowsAsync<SinkException>(() => sink.SendAsync(Chunks(sink, Records(5)), Patience));

        Assert.True(exception.IsTransient);
        Assert.Contains("Connection refused", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TriesAgain_WhenTheReceiverIsTooSlow()
    {
        var sink = await StartAsync();
        _receiver!.Hang();
        var sending = sink.SendAsync(Chunks(sink, Records(1)), Patience);
        await _receiver.ArrivedAsync(Patience);

        _clock.Advance(TimeSpan.FromSeconds(10));
        var exception = await Assert.ThrowsAsync<SinkException>(() => sending);

        Assert.True(exception.IsTransient);
        Assert.EndsWith("did not answer within 10 s.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stops_WhenItIsCancelled()
    {
        var sink = await StartAsync();
        _receiver!.Hang();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Patience);
        var sending = sink.SendAsync(Chunks(sink, Records(1)), stop.Token);
        await _receiver.ArrivedAsync(Patience);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task GivesAnAlertUp_AtWhichTheReceiverFailsWhileOthersPass()
    {
        var sink = await StartAsync();
        _receiver!.FailsAt = ("number 3 ", 500);
        var records = Chunks(sink, Records(40));
        var tries = 1;
        while (true)
        {
            try
            {
                Assert.Equal(1, await sink.SendAsync(records, Patience));
                break;
            }
            catch (SinkException exception)
            {
                Assert.True(exception.IsTransient);
                tries++;
            }
        }

        Assert.Equal(StubbornAlerts.MostTries, tries);
        Assert.Equal(39 + StubbornAlerts.MostTries, _receiver.Requests.Count);
    }

    [Fact]
    public async Task GivesNothingUp_WhenTheReceiverFailsAtEverything()
    {
        var sink = await StartAsync();
        _receiver!.FailsAt = ("number", 500);
        var records = Chunks(sink, Records(3));
        for (var tries = 0; tries < StubbornAlerts.MostTries * 2; tries++)
        {
            await Assert.ThrowsAsync<SinkException>(() => sink.SendAsync(records, Patience));
        }

        _receiver.FailsAt = null;
        Assert.Equal(0, await sink.SendAsync(records, Patience));
    }

    [Fact]
    public async Task DeliversEachAlertOnce_ThroughItsOutbox_WhenTheReceiverComesBack()
    {
        _receiver = await ForwardReceiver.StartAsync();
        _receiver.Answer(429, "slowly", "2");
        _receiver.Answer(500);
        _receiver.Answer(503);
        var sink = Sink(_receiver.Url);
        var outbox = new MemoryOutbox(1_000_000, _ => { });
        Chunks(sink, Records(100)).ForEach(outbox.Add);
        outbox.Complete();

        var running = new OutboxSender(sink, outbox, new SinkQueueOptions { BatchPause = TimeSpan.Zero }, _clock, _probe.Telemetry).RunAsync(Patience);
        while (!running.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(running, Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, Patience));
        }

        await running;
        Assert.Equal(100, Sorted(_receiver.Requests.Select(request => request.Body)).Distinct().Count());
        Assert.Equal(103, _receiver.Requests.Count);
        Assert.Single(_probe.Lines(551));
        Assert.Single(_probe.Lines(553));
    }

    [Fact]
    public async Task SendsTheHeadersOfTheSettings()
    {
        _receiver = await ForwardReceiver.StartAsync();
        var sink = Sink(_receiver.Url + "falco?x=1", options => options.Headers = new() { ["Authorization"] = "Bearer t" });

        await sink.SendAsync(Chunks(sink, Records(1)), Patience);

        var request = Assert.Single(_receiver.Requests);
        Assert.Equal("/falco", request.Path);
        Assert.Equal("Bearer t", request.Headers["Authorization"]);
    }

    private async Task<ForwardSink> StartAsync()
    {
        _receiver = await ForwardReceiver.StartAsync();
        return Sink(_receiver.Url);
    }

    private ForwardSink Sink(string url, Action<ForwardOptions>? configure = null)
    {
        var options = new ForwardOptions { Enabled = true, Url = url };
        configure?.Invoke(options);
        var sink = new ForwardSink(ForwardSettings.From(options), _clock, _probe.Telemetry);
        _sinks.Add(sink);
        return sink;
    }

    private static List<SinkRecord> Records(int count, int from = 0) =>
        [.. Enumerable.Range(from, count).Select(number => Record(Some.Alert(output: $"number {number} of many")))];

    /// <summary>Alerts as they lie in the outbox.</summary>
    private static List<OutboxChunk> Chunks(ForwardSink sink, IEnumerable<SinkRecord> records)
    {
        foreach (var record in records)
        {
            sink.Encoder.Add(record);
        }

        var chunks = new List<OutboxChunk>();
        sink.Encoder.Drain(chunks);
        return [.. chunks.Select((chunk, index) => chunk with { Number = index + 1 })];
    }

    private static SinkRecord Record(FalcoAlert alert) => OtlpScene.Record(alert);

    private static List<string> Sorted(IEnumerable<byte[]> bodies) => [.. bodies.Select(Encoding.UTF8.GetString).Order(StringComparer.Ordinal)];
}
