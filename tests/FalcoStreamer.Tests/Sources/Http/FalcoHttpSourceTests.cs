using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FalcoStreamer.Alerts;
using FalcoStreamer.Simulator.Falco;
using FalcoStreamer.Sources.Http;
using FalcoStreamer.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace FalcoStreamer.Tests.Sources.Http;

/// <summary>Over a real port, with a real client.</summary>
public sealed class FalcoHttpSourceTests : IAsyncDisposable
{
    private const string Alert =
        """{"hostname":"n","output":"o","priority":"Warning","rule":"r","source":"syscall","time":"2026-01-01T00:00:00.5Z","output_fields":{"proc.name":"sh"}}""";

    private readonly TelemetryProbe _probe = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly HttpClient _client = new();
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private FalcoHttpSource? _source;
    private SourceReading? _reading;

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        // The source first: on a clock that stands still it would linger for ever.
        await (_source?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_reading?.DisposeAsync() ?? ValueTask.CompletedTask);
        _probe.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TakesWhatARealFalcoPosts(bool zipped)
    {
        var bodies = Recordings.HttpBodies();
        var reading = await ReadAsync();
        foreach (var body in bodies)
        {
            Assert.Equal(HttpStatusCode.OK, (await PostAsync(zipped ? Zip(body) : body, zipped ? "gzip" : null)).StatusCode);
        }

        var alerts = await reading.TakeAsync(bodies.Count, _cancellation);

        Assert.Equal(bodies.Select(body => FalcoAlert.FromJson(body).Id), alerts.Select(alert => alert.Id));
    }

    [Fact]
    public async Task TakesFalcosidekicksForm()
    {
        var reading = await ReadAsync();

        await PostAsync(Alert.Replace("\"rule\"", "\"uuid\":\"11111111-2222-3333-4444-555555555555\",\"customfields\":{\"a\":\"b\"},\"rule\"", StringComparison.Ordinal));

        var alert = Assert.Single(await reading.TakeAsync(1, _cancellation));
        Assert.Equal("11111111-2222-3333-4444-555555555555", alert.SidekickUuid.ToString());
        Assert.Equal(FalcoAlert.FromJson(Encoding.UTF8.GetBytes(Alert)).Id, alert.Id);
    }

    [Fact]
    public async Task AnswersOnlyWhenTheAlertIsTaken()
    {
        var source = await ListenAsync();
        await using var alerts = source.ReadAsync(CancellationToken.None).GetAsyncEnumerator(_cancellation);
        var posting = PostAsync(Alert);
        Assert.True(await alerts.MoveNextAsync());

        // The pipeline has it in hand, but has not come back yet.
        Assert.False(posting.IsCompleted);

        var next = alerts.MoveNextAsync();
        Assert.Equal(HttpStatusCode.OK, (await posting).StatusCode);
        var second = PostAsync(Alert);
        Assert.True(await next);
        Assert.False(second.IsCompleted);
    }

    [Theory]
    [InlineData("", 400, "this is not one of Falco's alerts")]
    [InlineData("hello", 400, "this is not one of Falco's alerts")]
    [InlineData("[]", 400, "this is not one of Falco's alerts")]
    [InlineData("{\"rule\":\"r\"}", 400, "this is not one of Falco's alerts")]
    public async Task RefusesWhatIsNoAlert_AndSaysWhy(string body, int status, string reason)
    {
        await ReadAsync();

        using var answer = await PostAsync(body);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.StartsWith(reason, await answer.Content.ReadAsStringAsync(_cancellation), StringComparison.Ordinal);
        Assert.Single(_probe.Lines(107));
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(Alert)).StatusCode);
    }

    [Fact]
    public async Task RefusesABodyThatIsTooLarge_HoweverItComes()
    {
        await ReadAsync();
        var large = new byte[AlertBody.MaxBytes + 1];
        using var chunked = new HttpRequestMessage(HttpMethod.Post, _source!.Address) { Content = new StreamContent(new MemoryStream(large)) };
        chunked.Headers.TransferEncodingChunked = true;

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(large)).StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await _client.SendAsync(chunked, _cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(Zip(large), "gzip")).StatusCode);
    }

    [Fact]
    public async Task RefusesEncodingsThatItDoesNotKnow_AndGzipThatIsNone()
    {
        await ReadAsync();

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await PostAsync(Encoding.UTF8.GetBytes(Alert), "br")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(Encoding.UTF8.GetBytes(Alert), "gzip")).StatusCode);
    }

    [Theory]
    [InlineData("GET", "", 200, "POST / with one JSON object")]
    [InlineData("PUT", "", 405, "POST /")]
    [InlineData("POST", "alerts", 404, "http_output.url")]
    [InlineData("GET", "favicon.ico", 404, "http_output.url")]
    public async Task SaysWhereAlertsBelong(string method, string path, int status, string sentence)
    {
        await ReadAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(_source!.Address, path));

        using var answer = await _client.SendAsync(request, _cancellation);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains(sentence, await answer.Content.ReadAsStringAsync(_cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task GoesOnTakingAlertsForAMoment_WhenItIsStopped()
    {
        var reading = await ReadAsync();
        var ending = reading.StopAsync(_cancellation);

        Assert.Equal(HttpStatusCode.OK, (await PostAsync(Alert)).StatusCode);
        Assert.True(_source!.IsListening);

        _clock.Advance(FalcoHttpSource.Linger);
        Assert.Single(await ending);
        Assert.False(_source.IsListening);
        await Assert.ThrowsAsync<HttpRequestException>(() => PostAsync(Alert));
    }

    [Fact]
    public async Task TellsTheSenderThatItsAlertIsLost_WhenThePipelineGaveUp()
    {
        var source = await ListenAsync();
        var alerts = source.ReadAsync(CancellationToken.None).GetAsyncEnumerator(_cancellation);
        var first = PostAsync(Alert);
        Assert.True(await alerts.MoveNextAsync());

        await alerts.DisposeAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await first).StatusCode);
        Assert.Single(_probe.Lines(109));
    }

    [Fact]
    public async Task AsksTheClientForItsCertificate_WhenThatIsConfigured()
    {
        using var files = new MutualTlsFiles();
        using var strangers = new MutualTlsFiles();
        var reading = await ReadAsync(new HttpSourceOptions
        {
            Address = "https://127.0.0.1:0",
            CertificateFile = files.ServerCertificateFile,
            KeyFile = files.ServerKeyFile,
            ClientCaFile = files.AuthorityFile,
        });

        Assert.Equal(HttpStatusCode.OK, (await PostOverTlsAsync(files, files)).StatusCode);
        await Assert.ThrowsAsync<HttpRequestException>(() => PostOverTlsAsync(files, null));
        await Assert.ThrowsAsync<HttpRequestException>(() => PostOverTlsAsync(files, strangers));
    }

    private static byte[] Zip(byte[] bytes)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return zipped.ToArray();
    }

    private async Task<FalcoHttpSource> ListenAsync(HttpSourceOptions? options = null)
    {
        _source = new FalcoHttpSource(options ?? new HttpSourceOptions { Address = "http://127.0.0.1:0" }, _clock, _probe.Telemetry);
        await _source.ListenAsync(_cancellation);
        return _source;
    }

    private async Task<SourceReading> ReadAsync(HttpSourceOptions? options = null) => _reading = new SourceReading(await ListenAsync(options));

    private Task<HttpResponseMessage> PostAsync(string body) => PostAsync(Encoding.UTF8.GetBytes(body));

    private Task<HttpResponseMessage> PostAsync(byte[] body, string? encoding = null) => PostAsync(_client, body, encoding);

    private async Task<HttpResponseMessage> PostAsync(HttpClient client, byte[] body, string? encoding)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (encoding is not null)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        return await client.PostAsync(_source!.Address, content, _cancellation);
    }

    private async Task<HttpResponseMessage> PostOverTlsAsync(MutualTlsFiles server, MutualTlsFiles? client)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(server.Authority);
        using var handler = new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy } };
        using var certificate = client is null ? null : X509Certificate2.CreateFromPemFile(client.ClientCertificateFile, client.ClientKeyFile);
        if (certificate is not null)
        {
            handler.SslOptions.ClientCertificates = [certificate];
        }

        using var https = new HttpClient(handler);
        return await PostAsync(https, Encoding.UTF8.GetBytes(Alert), null);
    }
}
