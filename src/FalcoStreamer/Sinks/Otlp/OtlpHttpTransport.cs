using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>OTLP over HTTP with protobuf bodies.</summary>
internal sealed class OtlpHttpTransport : IOtlpTransport
{
    private static readonly MediaTypeHeaderValue Protobuf = new("application/x-protobuf");

    private readonly OtlpSettings _settings;
    private readonly HttpClient _http;
    private readonly TimeProvider _clock;

    public OtlpHttpTransport(OtlpSettings settings, TimeProvider clock)
    {
        _settings = settings;
        _clock = clock;
        _http = new HttpClient(OtlpHandler.Create(settings), disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public async Task<byte[]> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(_settings.Timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, _settings.Endpoint) { Content = ContentOf(request) };
            foreach (var (name, value) in _settings.Headers)
            {
                message.Headers.TryAddWithoutValidation(name, value);
            }

            using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseContentRead, either.Token);
            return response.IsSuccessStatusCode ? await response.Content.ReadAsByteArrayAsync(either.Token) : throw Judge(response);
        }
        catch (HttpRequestException exception)
        {
            throw new SinkException(exception.Message, isTransient: true, inner: exception);
        }
        catch (OperationCanceledException exception) when (!cancellation.IsCancellationRequested)
        {
            throw new SinkException($"no answer within {_settings.Timeout}", isTransient: true, inner: exception);
        }
    }

    public void Dispose() => _http.Dispose();

    private SinkException Judge(HttpResponseMessage response)
    {
        var isTransient = response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway
            or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;
        var wanted = response.Headers.RetryAfter;
        var retryAfter = wanted?.Delta ?? (wanted?.Date - _clock.GetUtcNow());
        return new SinkException(
            $"HTTP {(int)response.StatusCode} {response.ReasonPhrase}",
            isTransient,
            isTransient && retryAfter > TimeSpan.Zero ? retryAfter : null);
    }

    private ByteArrayContent ContentOf(ReadOnlyMemory<byte> request)
    {
        if (!_settings.UseGzip)
        {
            return new ByteArrayContent(request.ToArray()) { Headers = { ContentType = Protobuf } };
        }

        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(request.Span);
        }

        return new ByteArrayContent(zipped.GetBuffer(), 0, (int)zipped.Length) { Headers = { ContentType = Protobuf, ContentEncoding = { "gzip" } } };
    }
}
