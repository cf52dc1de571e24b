using FalcoStreamer.Alerts;
using FalcoStreamer.Simulator.Falco;
using FalcoStreamer.Sources;
using FalcoStreamer.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace FalcoStreamer.Tests.Sources;

public sealed class FalcoGrpcSourceTests : IAsyncDisposable
{
    private static readonly IReadOnlyList<byte[]> Recorded = Recordings.Messages("falco/grpc-0.43.1.raw.hex");

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("falco-");
    private readonly TelemetryProbe _probe = new();
    private readonly FalcoDouble _falco;

    public FalcoGrpcSourceTests() => _falco = FalcoDouble.OnSocket(SocketPath);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string SocketPath => Path.Combine(_directory.FullName, "falco.sock");

    public async ValueTask DisposeAsync()
    {
        await _falco.DisposeAsync();
        _probe.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task GivesEveryRecordedAlert_OnceAndInOrder()
    {
        await _falco.StartAsync();
        await using var reading = new SourceReading(Source());

        _falco.Enqueue(Recorded);
        var alerts = await reading.TakeAsync(Recorded.Count, Cancelled);

        Assert.Equal(Recorded, alerts.Select(alert => alert.Bytes.ToArray()));
        Assert.Empty(await reading.StopAsync(Cancelled));
        Assert.Equal(0, _falco.Lost);
    }

    [Fact]
    public async Task CountsWhatItGives_AndLogsFalcosVersion()
    {
        await _falco.StartAsync();
        using var received = _probe.Collect("falcostreamer.alerts.received");
        _falco.Enqueue(Recorded.Take(10));

        await using var reading = new SourceReading(Source());
        await reading.TakeAsync(10, Cancelled);

        Assert.Equal(10, received.GetMeasurementSnapshot().Sum(measurement => measurement.Value));
        Assert.Contains("Falco 0.43.1 ", Assert.Single(_probe.Lines(101)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeepsAsking_WhenAlertsComeOneByOne()
    {
        await _falco.StartAsync();
        await using var reading = new SourceReading(Source());

        foreach (var message in Recorded.Take(30))
        {
            _falco.Enqueue(message);
            var alert = Assert.Single(await reading.TakeAsync(1, Cancelled));
            Assert.Equal(message, alert.Bytes.ToArray());
        }

        Assert.True(_falco.Requests >= 30);
    }

    [Fact]
    public async Task AsksFarLessOftenThanAlertsCome_UnderLoad()
    {
        const int rounds = 80;
        await _falco.StartAsync();
        await using var reading = new SourceReading(Source());

        for (var round = 0; round < rounds; round++)
        {
            _falco.Enqueue(Recorded);
        }

        var alerts = await reading.TakeAsync(rounds * Recorded.Count, Cancelled);

        Assert.Equal(rounds * Recorded.Count, alerts.Count);
        Assert.InRange(_falco.Requests, 1, alerts.Count / 20);
    }

    [Fact]
    public async Task LosesNothing_WhenItIsStoppedWhileABacklogStreams()
    {
        _falco.Enqueue(Recorded);
        _falco.Enqueue(Recorded.Take(55));
        await _falco.StartAsync();
        using var stop = new CancellationTokenSource();
        var alerts = new List<FalcoAlert>();

        await foreach (var batch in Source().ReadAsync(stop.Token).WithCancellation(Cancelled))
        {
            alerts.AddRange(batch.Alerts);
            await stop.CancelAsync();
        }

        Assert.Equal(300, alerts.Count);
        Assert.Equal(300, _falco.Delivered);
        Assert.Equal(0, _falco.Lost);
    }

    [Fact]
    public async Task LeavesInFalcosQueue_WhatComesAfterItWasStopped()
    {
        await _falco.StartAsync();
        var reading = new SourceReading(Source());
        _falco.Enqueue(Recorded[0]);
        await reading.TakeAsync(1, Cancelled);
        await reading.StopAsync(Cancelled);

        _falco.Enqueue(Recorded[1]);
        await using var next = new SourceReading(Source());

        Assert.Equal(Recorded[1], Assert.Single(await next.TakeAsync(1, Cancelled)).Bytes.ToArray());
    }

    [Fact]
    public async Task ComesBack_WhenFalcoRestarts()
    {
        await _falco.StartAsync();
        var source = Source();
        await using var reading = new SourceReading(source);
        _falco.Enqueue(Recorded[0]);
        await reading.TakeAsync(1, Cancelled);
        var connectedBefore = source.IsConnected;

        await _falco.StopAsync();
        await _probe.LoggedAsync(104, 1, Cancelled);
        await _probe.LoggedAsync(103, 1, Cancelled);
        var connectedBetween = source.IsConnected;
        _falco.Enqueue(Recorded[1]);
        await _falco.StartAsync();
        var alert = Assert.Single(await reading.TakeAsync(1, Cancelled));

        Assert.Equal(Recorded[1], alert.Bytes.ToArray());
        Assert.True(connectedBefore);
        Assert.False(connectedBetween);
        Assert.True(source.IsConnected);
        Assert.Single(_probe.Lines(104));
        Assert.Equal(2, _probe.Lines(101).Count);
        Assert.Empty(_probe.Lines(102));
    }

    [Fact]
    public async Task WaitsForFalco_WhenThereIsNoSocketYet()
    {
        _falco.Enqueue(Recorded[0]);
        await using var reading = new SourceReading(Source());
        await _probe.LoggedAsync(103, 1, Cancelled);

        await _falco.StartAsync();
        await reading.TakeAsync(1, Cancelled);

        Assert.Contains("there is no socket", Assert.Single(_probe.Lines(102)), StringComparison.Ordinal);
        Assert.Single(_probe.Lines(101));
    }

    [Fact]
    public async Task EndsAtOnce_WhenItIsStoppedWhileItWaitsForFalco()
    {
        var reading = new SourceReading(Source());
        await _probe.LoggedAsync(102, 1, Cancelled);

        Assert.Empty(await reading.StopAsync(Cancelled));
    }

    [Fact]
    public async Task CountsAndSkips_WhatIsNoAlert()
    {
        await _falco.StartAsync();
        using var unreadable = _probe.Collect("falcostreamer.alerts.unreadable");
        await using var reading = new SourceReading(Source());

        _falco.Enqueue([Recorded[0], [0xFF, 0xFF], [], .. Recordings.Messages("falco/grpc-utf8-0.43.1.raw.hex"), [0x22, 0x7F]]);
        _falco.Enqueue(Recorded[1]);
        var alerts = await reading.TakeAsync(4, Cancelled);

        Assert.Equal(Recorded[1], alerts[^1].Bytes.ToArray());
        Assert.Equal("lab-marker-bad \uFFFD\uFFFD end", alerts[2].Field("proc.args").ToString());
        Assert.Equal(3, unreadable.GetMeasurementSnapshot().Sum(measurement => measurement.Value));
        Assert.Single(_probe.Lines(107));
        Assert.Single(_probe.Lines(101));
    }

    [Fact]
    public async Task TakesAnAlertOfManyMegabytes()
    {
        await _falco.StartAsync();
        await using var reading = new SourceReading(Source());
        byte[] huge = [0x22, 0x01, (byte)'r', 0x2A, 0x80, 0x80, 0x80, 0x05, .. new byte[10 * 1024 * 1024]];

        _falco.Enqueue(huge);
        var alert = Assert.Single(await reading.TakeAsync(1, Cancelled));

        Assert.Equal(10 * 1024 * 1024, alert.Sentence.Span.Length);
    }

    [Fact]
    public async Task NamesTheOtherInputs_WhenWhoeverAnswersHasNoFalcoGrpc()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(SocketPath, listen => listen.Protocols = HttpProtocols.Http2));
        await using var other = builder.Build();
        await other.StartAsync(Cancelled);

        await using var reading = new SourceReading(Source());
        await _probe.LoggedAsync(105, 1, Cancelled);

        Assert.Contains("has no Falco gRPC service", Assert.Single(_probe.Lines(102)), StringComparison.Ordinal);
        Assert.Contains("sources.http", Assert.Single(_probe.Lines(105)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task GivesTheRecordedAlerts_OverMutualTls()
    {
        var messages = Recordings.Messages("falco/grpc-mtls-0.43.1.raw.hex");
        using var tls = new MutualTlsFiles();
        await using var falco = FalcoDouble.OnMutualTls(tls);
        await falco.StartAsync();
        falco.Enqueue(messages);

        await using var reading = new SourceReading(Source(Tls(falco, tls)));
        var alerts = await reading.TakeAsync(messages.Count, Cancelled);

        Assert.Equal(messages, alerts.Select(alert => alert.Bytes.ToArray()));
    }

    [Fact]
    public async Task SaysWhatTlsNeeds_WhenFalcoDoesNotTrustOurCertificate()
    {
        using var tls = new MutualTlsFiles();
        using var foreign = new MutualTlsFiles();
        await using var falco = FalcoDouble.OnMutualTls(tls);
        await falco.StartAsync();
        var options = Tls(falco, tls);
        options.CertificateFile = foreign.ClientCertificateFile;
        options.KeyFile = foreign.ClientKeyFile;

        await using var reading = new SourceReading(Source(options));
        await _probe.LoggedAsync(102, 1, Cancelled);

        Assert.Contains("mutual TLS", Assert.Single(_probe.Lines(102)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SaysWhatTlsNeeds_WhenFalcosCertificateIsNotFromOurAuthority()
    {
        using var tls = new MutualTlsFiles();
        using var foreign = new MutualTlsFiles();
        await using var falco = FalcoDouble.OnMutualTls(tls);
        await falco.StartAsync();
        var options = Tls(falco, tls);
        options.CaFile = foreign.AuthorityFile;

        await using var reading = new SourceReading(Source(options));
        await _probe.LoggedAsync(102, 1, Cancelled);

        Assert.Contains("TLS failed", Assert.Single(_probe.Lines(102)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task SaysThatFalcoWantsMutualTls_WhenItIsGivenNoCertificates(string scheme)
    {
        await using var reading = new SourceReading(Source(new GrpcSourceOptions { Address = $"{scheme}://localhost:5060" }));
        await _probe.LoggedAsync(102, 1, Cancelled);

        Assert.Contains("mutual TLS", Assert.Single(_probe.Lines(102)), StringComparison.Ordinal);
    }

    private static GrpcSourceOptions Tls(FalcoDouble falco, MutualTlsFiles tls) => new()
    {
        Address = falco.Address,
        CertificateFile = tls.ClientCertificateFile,
        KeyFile = tls.ClientKeyFile,
        CaFile = tls.AuthorityFile,
    };

    private FalcoGrpcSource Source(GrpcSourceOptions? options = null) =>
        new(options ?? new GrpcSourceOptions { Address = _falco.Address }, TimeProvider.System, _probe.Telemetry);
}
