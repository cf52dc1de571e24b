using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using FalcoStreamer.Reporting;

namespace FalcoStreamer.Sinks.Forward;

/// <summary>Posts alerts to the receiver over a few connections that stay open.</summary>
internal sealed class ForwardTransport : IDisposable
{
    private const int MostOfAnswer = 512;

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly ForwardSettings _settings;
    private readonly TimeProvider _clock;
    private readonly HttpClient _client;

    /// <param name="connections">How many requests may be under way.</param>
    public ForwardTransport(ForwardSettings settings, int connections, TimeProvider clock)
    {
        _settings = settings;
        _clock = clock;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            MaxConnectionsPerServer = connections,
            ConnectTimeout = settings.Timeout,
            // A Service's address stays while its pods change: going there anew spreads agents over them.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            SslOptions = settings.Tls,
        };
        // The client's own timeout has a clock of its own.
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Posts one alert, once. For several callers at a time.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was set.</exception>
    public async Task<ForwardAnswer> PostAsync(ReadOnlyMemory<byte> alert, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(_settings.Timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        using var message = MakeMessage(alert);
        try
        {
            using var response = await _client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return response.IsSuccessStatusCode ? new ForwardAnswer(ForwardOutcome.Taken) : await TranslateAsync(response, either.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            return new ForwardAnswer(ForwardOutcome.Away, exception is OperationCanceledException
                ? string.Create(CultureInfo.InvariantCulture, $"The receiver at {_settings.Receiver} did not answer within {_settings.Timeout.TotalSeconds} s.")
                : $"The receiver at {_settings.Receiver} cannot be reached: {exception.GetBaseException().Message}");
        }
    }

    public void Dispose() => _client.Dispose();

    private HttpRequestMessage MakeMessage(ReadOnlyMemory<byte> alert)
    {
        var content = new ReadOnlyMemoryContent(alert);
        content.Headers.ContentType = Json;
        var message = new HttpRequestMessage(HttpMethod.Post, _settings.Url) { Content = content };
        message.Headers.UserAgent.Add(new ProductInfoHeaderValue("falcostreamer", null));
        foreach (var (name, value) in _settings.Headers)
        {
            message.Headers.Remove(name);
            message.Headers.TryAddWithoutValidation(name, value);
        }

        return message;
    }

    private async Task<ForwardAnswer> TranslateAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var outcome = response.StatusCode switch
        {
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
                or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => ForwardOutcome.Away,
            >= HttpStatusCode.InternalServerError => ForwardOutcome.Failed,
            _ => ForwardOutcome.Refused,
        };
        return new ForwardAnswer(
            outcome,
            $"The receiver at {_settings.Receiver} answered {(int)response.StatusCode} {response.ReasonPhrase}: {await ReadReasonAsync(response, cancellation)}",
            outcome == ForwardOutcome.Refused ? null : RetryAfter.Read(response, _clock));
    }

    /// <summary>As much of the body as a log line may have.</summary>
    private static async Task<string> ReadReasonAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var body = new byte[MostOfAnswer];
        var length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellation);
        return NeutralText.OneLine(Encoding.UTF8.GetString(body, 0, length).TrimEnd());
    }
}
