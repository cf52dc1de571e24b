using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>OTLP over HTTP with protobuf bodies.</summary>
internal sealed class OtlpHttpTransport : IOtlpTransport
{
    private static readonly MediaTypeHeaderValue Protobuf = new("application/x-protobuf");

    private readonly OtlpSettings _settings;
    private readonly TimeProvider _clock;
    private readonly HttpClient _client;
    private MemoryStream _compressed = new();

    public OtlpHttpTransport(OtlpSettings settings, SocketsHttpHandler handler, TimeProvider clock)
    {
        _settings = settings;
        _clock = clock;
        // The client's own timeout has a clock of its own.
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public async Task<OtlpAnswer> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(_settings.Timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        using var message = MakeMessage(request);
        try
        {
            using var response = await _client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var body = await ReadBodyAsync(response, either.Token);
            return response.IsSuccessStatusCode ? ReadAnswer(response, body) : throw Translate(response, body);
        }
        catch (SinkException)
        {
            // An error may be said before the request has been read to its end, and the rest is still sent from this buffer.
            _compressed = new MemoryStream();
            throw;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            _compressed = new MemoryStream();
            cancellation.ThrowIfCancellationRequested();
            throw exception is OperationCanceledException
                ? OtlpTransport.TimedOut(_settings, exception)
                : new SinkException($"The collector at {_settings.Endpoint} cannot be reached: {exception.GetBaseException().Message}", isTransient: true, inner: exception);
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _compressed.Dispose();
    }

    private HttpRequestMessage MakeMessage(ReadOnlyMemory<byte> request)
    {
        var content = new ReadOnlyMemoryContent(_settings.Gzip ? Compress(request) : request);
        content.Headers.ContentType = Protobuf;
        if (_settings.Gzip)
        {
            content.Headers.ContentEncoding.Add("gzip");
        }

        var message = new HttpRequestMessage(HttpMethod.Post, _settings.Endpoint) { Content = content };
        message.Headers.UserAgent.Add(new ProductInfoHeaderValue("falcostreamer", null));
        foreach (var (name, value) in _settings.Headers)
        {
            message.Headers.Remove(name);
            message.Headers.TryAddWithoutValidation(name, value);
        }

        return message;
    }

    private ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> request)
    {
        _compressed.SetLength(0);
        using (var gzip = new GZipStream(_compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(request.Span);
        }

        return _compressed.GetBuffer().AsMemory(0, (int)_compressed.Length);
    }

    /// <summary>Reads as much of the body as an answer may have.</summary>
    private static async Task<byte[]> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var body = new byte[Math.Min(response.Content.Headers.ContentLength ?? OtlpAnswerReader.Limit, OtlpAnswerReader.Limit)];
        var length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellation);
        return body[..length];
    }

    private static OtlpAnswer ReadAnswer(HttpResponseMessage response, byte[] body) =>
        IsProtobuf(response) || body.Length == 0
            ? OtlpAnswerReader.ReadResponse(body)
            : new OtlpAnswer(0, $"its answer is {response.Content.Headers.ContentType}, not application/x-protobuf; is it a collector?");

    private SinkException Translate(HttpResponseMessage response, byte[] body)
    {
        var isTransient = response.StatusCode
            is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;
        var said = IsProtobuf(response) ? OtlpAnswerReader.ReadStatusMessage(body) : OtlpAnswerReader.Readable(body);
        return new SinkException(
            $"The collector at {_settings.Endpoint} answered {(int)response.StatusCode} {response.ReasonPhrase}: {said}",
            isTransient,
            isTransient ? RetryAfter.Read(response, _clock) : null);
    }

    private static bool IsProtobuf(HttpResponseMessage response) => response.Content.Headers.ContentType?.MediaType == Protobuf.MediaType;
}
