using System.Security.Cryptography.X509Certificates;
using FalcoStreamer.Protos.Falco.Outputs;
using FalcoStreamer.Simulator.Falco;
using FalcoStreamer.Sources;
using FalcoStreamer.Tests.Support;
using Grpc.Core;
using Grpc.Net.Client;

namespace FalcoStreamer.Tests.Simulator;

/// <summary>The double must not be kinder than the Falco that contracts/falco.md describes.</summary>
public sealed class FalcoDoubleTests : IAsyncDisposable
{
    private static readonly IReadOnlyList<byte[]> Recorded = Recordings.Messages("falco/grpc-0.43.1.raw.hex");

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("falco-");
    private readonly FalcoDouble _falco;
    private readonly GrpcChannel _channel;
    private readonly service.serviceClient _client;

    public FalcoDoubleTests()
    {
        _falco = FalcoDouble.OnSocket(Path.Combine(_directory.FullName, "falco.sock"));
        _channel = FalcoChannel.Create(new GrpcSourceOptions { Address = _falco.Address });
        _client = new service.serviceClient(_channel);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _falco.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task WaitsForTheNextRequest_WhenTheQueueIsWritten()
    {
        await _falco.StartAsync();
        using var call = _client.sub(cancellationToken: Cancelled);
        await AskAndReadAsync(call);

        _falco.Enqueue(Recorded[1]);
        var next = call.ResponseStream.MoveNext(Cancelled);
        var (waiting, completed) = (_falco.Queued, next.IsCompleted);
        await call.RequestStream.WriteAsync(new request(), Cancelled);

        Assert.True(await next);
        Assert.Equal(1, waiting);
        Assert.False(completed);
        Assert.Equal(2, _falco.Requests);
    }

    [Fact]
    public async Task LosesTheBacklog_WhenABusyStreamIsCancelled()
    {
        for (var round = 0; round < 20; round++)
        {
            _falco.Enqueue(Recorded);
        }

        await _falco.StartAsync();
        using var call = _client.sub(cancellationToken: Cancelled);
        await call.RequestStream.WriteAsync(new request(), Cancelled);
        for (var alert = 0; alert < 5; alert++)
        {
            Assert.True(await call.ResponseStream.MoveNext(Cancelled));
        }

        call.Dispose();
        await _falco.StopAsync();

        Assert.Equal(0, _falco.Queued);
        Assert.True(_falco.Lost > 0);
        Assert.Equal(20 * Recorded.Count, _falco.Delivered + _falco.Lost);
    }

    [Fact]
    public async Task DrainsOnceAndNeverEndsTheCall_WhenTheClientCompletesItsSide()
    {
        await _falco.StartAsync();
        using var call = _client.sub(cancellationToken: Cancelled);
        _falco.Enqueue(Recorded[0]);

        await call.RequestStream.CompleteAsync();
        Assert.True(await call.ResponseStream.MoveNext(Cancelled));
        var next = call.ResponseStream.MoveNext(Cancelled);
        var ended = next.IsCompleted;
        await _falco.StopAsync();

        Assert.False(ended);
        Assert.False(await next);
    }

    [Fact]
    public async Task EndsOpenStreamsWithOkAndRemovesTheSocket_WhenItStops()
    {
        await _falco.StartAsync();
        using var call = _client.sub(cancellationToken: Cancelled);
        await AskAndReadAsync(call);
        var next = call.ResponseStream.MoveNext(Cancelled);

        await _falco.StopAsync();

        Assert.False(await next);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.False(File.Exists(Path.Combine(_directory.FullName, "falco.sock")));
    }

    [Fact]
    public async Task LeavesTheTwentyFirstStreamInSilence_UntilAnotherOneEnds()
    {
        await _falco.StartAsync();
        var calls = new List<AsyncDuplexStreamingCall<request, response>>();
        for (var stream = 0; stream < 20; stream++)
        {
            var call = _client.sub(cancellationToken: Cancelled);
            calls.Add(call);
            await AskAndReadAsync(call);
        }

        using var late = _client.sub(cancellationToken: Cancelled);
        _falco.Enqueue(Recorded[0]);
        await late.RequestStream.WriteAsync(new request(), Cancelled);
        var next = late.ResponseStream.MoveNext(Cancelled);
        var (open, served) = (_falco.OpenStreams, next.IsCompleted);
        calls[0].Dispose();

        Assert.True(await next);
        Assert.Equal(20, open);
        Assert.False(served);
        calls.ForEach(call => call.Dispose());
    }

    [Fact]
    public async Task SharesItsOneQueueAmongAllClients()
    {
        await _falco.StartAsync();
        using var one = _client.sub(cancellationToken: Cancelled);
        using var two = _client.sub(cancellationToken: Cancelled);

        await AskAndReadAsync(one);
        await AskAndReadAsync(two);
        await AskAndReadAsync(one);

        Assert.Equal(3, _falco.Delivered);
        Assert.Equal(0, _falco.Queued);
    }

    [Fact]
    public async Task DrainsAndEnds_WhenAskedByGet()
    {
        await _falco.StartAsync();
        _falco.Enqueue(Recorded);

        using var call = _client.get(new request(), cancellationToken: Cancelled);
        var alerts = await call.ResponseStream.ReadAllAsync(Cancelled).ToListAsync(Cancelled);

        Assert.Equal(Recorded.Select(response.Parser.ParseFrom), alerts);
    }

    [Fact]
    public async Task HasNeitherHealthCheckingNorReflection()
    {
        await _falco.StartAsync();
        var bytes = Marshallers.Create(static (byte[] message) => message, static message => message);
        var check = new Method<byte[], byte[]>(MethodType.Unary, "grpc.health.v1.Health", "Check", bytes, bytes);

        var exception = await Assert.ThrowsAsync<RpcException>(
            async () => await _channel.CreateCallInvoker().AsyncUnaryCall(check, null, new CallOptions(cancellationToken: Cancelled), []));

        Assert.Equal(StatusCode.Unimplemented, exception.StatusCode);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task IsUnavailable_WithoutAClientCertificate(string scheme)
    {
        using var tls = new MutualTlsFiles();
        await using var falco = FalcoDouble.OnMutualTls(tls);
        await falco.StartAsync();
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { tls.Authority },
        };
        using var channel = GrpcChannel.ForAddress(
            falco.Address.Replace("https", scheme, StringComparison.Ordinal), new GrpcChannelOptions { HttpHandler = handler });

        using var call = new service.serviceClient(channel).get(new request(), cancellationToken: Cancelled);
        var exception = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Cancelled));

        // The real one was seen as Unavailable; .NET says Internal where the handshake broke after its own side was done.
        Assert.True(exception.StatusCode is StatusCode.Unavailable or StatusCode.Internal, exception.Message);
    }

    private async Task AskAndReadAsync(AsyncDuplexStreamingCall<request, response> call)
    {
        _falco.Enqueue(Recorded[0]);
        await call.RequestStream.WriteAsync(new request(), Cancelled);
        Assert.True(await call.ResponseStream.MoveNext(Cancelled));
    }
}
