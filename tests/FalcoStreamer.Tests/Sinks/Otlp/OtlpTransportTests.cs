using FalcoStreamer.Simulator.Collector;
using FalcoStreamer.Sinks;
using FalcoStreamer.Tests.Support;
using Grpc.Core;

namespace FalcoStreamer.Tests.Sinks.Otlp;

/// <summary>Every answer of a collector, over both ways.</summary>
public sealed class OtlpTransportTests
{
    private static readonly SinkRecord Record = OtlpScene.Record(Some.Alert());

    [Theory]
    [InlineData(StatusCode.Cancelled, true)]
    [InlineData(StatusCode.DeadlineExceeded, true)]
    [InlineData(StatusCode.Aborted, true)]
    [InlineData(StatusCode.OutOfRange, true)]
    [InlineData(StatusCode.Unavailable, true)]
    [InlineData(StatusCode.DataLoss, true)]
    [InlineData(StatusCode.ResourceExhausted, false)]
    [InlineData(StatusCode.InvalidArgument, false)]
    [InlineData(StatusCode.PermissionDenied, false)]
    [InlineData(StatusCode.Unauthenticated, false)]
    [InlineData(StatusCode.Unimplemented, false)]
    [InlineData(StatusCode.Internal, false)]
    [InlineData(StatusCode.Unknown, false)]
    public async Task TellsWhatMayPassLater_ByTheCodeOverGrpc(StatusCode code, bool isTransient)
    {
        await using var scene = await OtlpScene.StartAsync("grpc");
        scene.Collector.Script(new CollectorAnswer.GrpcError(code, "no\u001b!"));

        var exception = await Assert.ThrowsAsync<SinkException>(() => scene.SendAsync(Record));

        Assert.Equal(isTransient, exception.IsTransient);
        Assert.Null(exception.RetryAfter);
        Assert.EndsWith($"answered {code}: no\\u001b!", exception.Message, StringComparison.Ordinal);
        Assert.Equal(1, scene.Store.Arrivals);
    }

    [Theory]
    [InlineData(StatusCode.ResourceExhausted, true)]
    [InlineData(StatusCode.Unavailable, true)]
    [InlineData(StatusCode.InvalidArgument, false)]
    public async Task WaitsAsLongAsRetryInfoSays(StatusCode code, bool isTransient)
    {
        await using var scene = await OtlpScene.StartAsync("grpc");
        scene.Collector.Script(new CollectorAnswer.GrpcError(code, "full", TimeSpan.FromSeconds(3.5)));

        var exception = await Assert.ThrowsAsync<SinkException>(() => scene.SendAsync(Record));

        Assert.Equal(isTransient, exception.IsTransient);
        Assert.Equal(TimeSpan.FromSeconds(3.5), exception.RetryAfter);
    }

    [Theory]
    [InlineData(429, true)]
    [InlineData(502, true)]
    [InlineData(503, true)]
    [InlineData(504, true)]
    [InlineData(301, false)]
    [InlineData(400, false)]
    [InlineData(401, false)]
    [InlineData(404, false)]
    [InlineData(413, false)]
    [InlineData(500, false)]
    public async Task TellsWhatMayPassLater_ByTheStatusOverHttp(int status, bool isTransient)
    {
        await using var scene = await OtlpScene.StartAsync("http/protobuf");
        scene.Collector.Script(new CollectorAnswer.HttpError(status, "the reason"));

        var exception = await Assert.ThrowsAsync<SinkException>(() => scene.SendAsync(Record));

        Assert.Equal(isTransient, exception.IsTransient);
        Assert.Null(exception.RetryAfter);
        Assert.Contains($"answered {status}", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith("the reason", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("Sat, 01 Jan 2000 00:01:00 GMT", 60)]
    [InlineData("Fri, 31 Dec 1999 00:01:00 GMT", 0)]
    [InlineData("soon", null)]
    public async Task WaitsAsLongAsRetryAfterSays(string retryAfter, int? seconds)
    {
        await using var scene = await OtlpScene.StartAsync("http/protobuf");
        scene.Collector.Script(new CollectorAnswer.HttpError(429, "full", retryAfter));

        var exception = await Assert.ThrowsAsync<SinkException>(() => scene.SendAsync(Record));

        Assert.True(exception.IsTransient);
        Assert.Equal(seconds, (int?)exception.RetryAfter?.TotalSeconds);
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task MayPassLater_WhenNothingListens(string protocol)
    {
        await using var scene = await OtlpScene.StartAsync(protocol);
        await scene.Collector.StopAsync();

        var exception = await Assert.ThrowsAsync<SinkException>(() => scene.SendAsync(Record));
        await scene.Collector.StartAsync(TestContext.Current.CancellationToken);
        await scene.SendAsync(Record);

        Assert.True(exception.IsTransient);
        Assert.Contains("cannot be reached", exception.Message, StringComparison.Ordinal);
        Assert.Equal(1, scene.Store.RecordCount);
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task MayPassLater_WhenTheConnectionBreaksOnTheWay(string protocol)
    {
        await using var scene = await OtlpScene.StartAsync(protocol);
        scene.Collector.Script(new CollectorAnswer.Reset());

        var exception = await Assert.ThrowsAsync<SinkException>(() => scene.SendAsync(Record));
        await scene.SendAsync(Record);

        Assert.True(exception.IsTransient);
        Assert.Equal(1, scene.Store.RecordCount);
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task SendsTheSameIdAgain_WhenTheAnswerWasLost(string protocol)
    {
        await using var scene = await OtlpScene.StartAsync(protocol);
        scene.Collector.Script(new CollectorAnswer.TakeAndReset());

        var exception = await Assert.ThrowsAsync<SinkException>(() => scene.SendAsync(Record));
        await scene.SendAsync(Record);

        Assert.True(exception.IsTransient);
        Assert.Equal(2, scene.Store.RecordCount);
        Assert.Single(scene.Store.Records.Select(record => record.Attributes["log.record.uid"]).Distinct());
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task MayPassLater_WhenTheCollectorSaysNothingInTime(string protocol)
    {
        await using var scene = await OtlpScene.StartAsync(protocol);
        scene.Collector.Script(new CollectorAnswer.Hang());

        var sending = scene.SendAsync(Record);
        await scene.Store.WaitAsync(store => store.Arrivals == 1, TestContext.Current.CancellationToken);
        scene.Clock.Advance(TimeSpan.FromSeconds(10));
        var exception = await Assert.ThrowsAsync<SinkException>(() => sending);

        Assert.True(exception.IsTransient);
        Assert.EndsWith("did not answer within 10 s.", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task IsCancelled_WhenTheCallerEndsTheWait(string protocol)
    {
        await using var scene = await OtlpScene.StartAsync(protocol);
        using var cancellation = new CancellationTokenSource();
        scene.Collector.Script(new CollectorAnswer.Hang());

        var sending = scene.Sink.SendAsync([Record], cancellation.Token);
        await scene.Store.WaitAsync(store => store.Arrivals == 1, TestContext.Current.CancellationToken);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task CountsWhatWasRejected_AndLogsItOnceARow(string protocol)
    {
        await using var scene = await OtlpScene.StartAsync(protocol);
        scene.Collector.Script(
            new CollectorAnswer.Partial(2, "no room"), new CollectorAnswer.Partial(3, "no room"), new CollectorAnswer.Take(), new CollectorAnswer.Partial(0, "old name"));

        var rejected = new List<int>();
        for (var request = 0; request < 4; request++)
        {
            rejected.Add(await scene.SendAsync(Record));
        }

        // A collector that rejects more than it was sent is not believed.
        Assert.Equal([1, 1, 0, 0], rejected);
        Assert.Equal(4, scene.Store.Arrivals);
        Assert.Equal(
            ["The collector rejected 2 records of a request that it took, they are lost: no room", "The collector took a request and remarked: old name"],
            scene.Log.GetSnapshot().Select(line => line.Message));
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task SendsTheHeadersOfTheSettings(string protocol)
    {
        await using var scene = await OtlpScene.StartAsync(
            protocol, configure: options => options.Headers = new() { ["Authorization"] = "Bearer t", ["x-tenant"] = "a, b" });

        await scene.SendAsync(Record);

        var headers = Assert.Single(scene.Store.Requests).Headers;
        Assert.Equal("Bearer t", headers["authorization"]);
        Assert.Equal("a, b", headers["x-tenant"]);
    }

    [Fact]
    public async Task NamesTheCollector_WhenHttpIsSpokenToItsGrpcPort()
    {
        await using var scene = await OtlpScene.StartAsync("grpc", configure: options => options.Protocol = "http/protobuf");

        var exception = await Assert.ThrowsAsync<SinkException>(() => scene.SendAsync(Record));

        Assert.Contains(scene.Collector.GrpcEndpoint.Authority, exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, scene.Store.RecordCount);
    }
}
