using FalcoStreamer.Simulator.Falco;
using FalcoStreamer.Sinks;
using FalcoStreamer.Sinks.Forward;
using FalcoStreamer.Storage;
using FalcoStreamer.Tests.Sinks.Otlp;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Sinks.Forward;

public sealed class ForwardTlsTests : IDisposable
{
    private readonly MutualTlsFiles _files = new();
    private readonly FalcoStreamer.Tests.Support.TelemetryProbe _probe = new();

    public void Dispose()
    {
        _files.Dispose();
        _probe.Dispose();
    }

    [Fact]
    public async Task ShowsItsCertificate_ToAReceiverOfTheRightAuthority()
    {
        await using var receiver = await ForwardReceiver.StartAsync(_files.Server);

        await SendAsync(new ForwardOptions
        {
            Url = receiver.Url,
            CaFile = _files.AuthorityFile,
            CertificateFile = _files.ClientCertificateFile,
            KeyFile = _files.ClientKeyFile,
        });

        Assert.Equal("CN=falcostreamer", Assert.Single(receiver.Requests).Client);
    }

    [Fact]
    public async Task SendsNothing_ToAReceiverOfAnotherAuthority()
    {
        await using var receiver = await ForwardReceiver.StartAsync(_files.Server);
        using var others = new MutualTlsFiles();

        var exception = await Assert.ThrowsAsync<SinkException>(() => SendAsync(new ForwardOptions { Url = receiver.Url, CaFile = others.AuthorityFile }));

        Assert.True(exception.IsTransient);
        Assert.Empty(receiver.Requests);
    }

    private async Task SendAsync(ForwardOptions options)
    {
        using var sink = new ForwardSink(ForwardSettings.From(options), TimeProvider.System, _probe.Telemetry);
        sink.Encoder.Add(OtlpScene.Record(Some.Alert()));
        var chunks = new List<OutboxChunk>();
        sink.Encoder.Drain(chunks);
        await sink.SendAsync(chunks, TestContext.Current.CancellationToken);
    }
}
