using System.Net;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using FalcoStreamer.Alerts;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Sources.Http;

/// <summary>
/// Takes alerts from Falco's HTTP output, or from falcosidekick's webhook, by <c>POST /</c>.
/// </summary>
/// <remarks>
/// Falco ignores the answer's status and loses what is refused (contracts/falco.md, "HTTP output"), so a request is answered with 200 only when its
/// alert is in the inbox, and waits for that rather than being turned away. Requests may come at the same time; one enumeration at a time.
/// </remarks>
internal sealed class FalcoHttpSource : IAlertSource, IAsyncDisposable
{
    /// <summary>
    /// How long alerts are still taken after the stop: until then Kubernetes may send them here (a pod that ends leaves its Service a moment later).
    /// </summary>
    public static readonly TimeSpan Linger = TimeSpan.FromSeconds(2);

    private const int MaxConnections = 256;

    private static readonly TimeSpan RefusalBurst = TimeSpan.FromMinutes(1);

    private readonly HttpSourceOptions _options;
    private readonly TimeProvider _clock;
    private readonly AgentTelemetry _telemetry;
    private readonly WebApplication _server;

    // Whoever waits in it waits with its request, and Falco's queue behind that.
    private readonly Channel<Delivery> _deliveries = Channel.CreateBounded<Delivery>(
        new BoundedChannelOptions(MaxConnections) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    private long _lastRefusal = long.MinValue;
    private volatile bool _isListening;

    public FalcoHttpSource(HttpSourceOptions options, TimeProvider clock, AgentTelemetry telemetry)
    {
        _options = options;
        _clock = clock;
        _telemetry = telemetry;
        _server = Build();
    }

    public string Name => "http";

    /// <summary>Whether the port is open.</summary>
    public bool IsListening => _isListening;

    /// <summary>Where it listens, with the port that was given where the configuration said 0.</summary>
    public Uri Address => new(_server.Urls.First());

    /// <summary>Opens the port.</summary>
    /// <exception cref="IOException">It is taken, or the address is not this host's.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A certificate file is not what it should be.</exception>
    public async Task ListenAsync(CancellationToken cancellation)
    {
        if (_options.IsTls)
        {
            // A file that cannot be used is told now, not to the first client.
            _ = HttpSourceTls.Load(_options);
        }

        await _server.StartAsync(cancellation);
        _isListening = true;
        _telemetry.HttpListening(Address.ToString());
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<AlertBatch> ReadAsync([EnumeratorCancellation] CancellationToken stop)
    {
        await using var closing = stop.Register(() => _ = CloseAsync());
        var given = new List<Delivery>();
        try
        {
            while (await _deliveries.Reader.WaitToReadAsync(CancellationToken.None))
            {
                while (given.Count < MaxConnections && _deliveries.Reader.TryRead(out var delivery))
                {
                    given.Add(delivery);
                }

                yield return new AlertBatch([.. given.Select(delivery => delivery.Alert)]);
                // Whoever enumerates has come back for the next batch: this one is in the inbox.
                given.ForEach(delivery => delivery.Accept());
                given.Clear();
            }
        }
        finally
        {
            // Where it has not come back, nobody knows; a sender that hears "no" may send again, and a repeat is one alert.
            given.ForEach(delivery => delivery.Refuse());
            _deliveries.Writer.TryComplete();
            while (_deliveries.Reader.TryRead(out var delivery))
            {
                delivery.Refuse();
            }
        }
    }

    /// <summary>Closes the port and ends the enumeration without lingering.</summary>
    public async ValueTask DisposeAsync()
    {
        _isListening = false;
        await _server.DisposeAsync();
        _deliveries.Writer.TryComplete();
    }

    private WebApplication Build()
    {
        // Empty, because the usual builders read files and variables that are not ours.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, OwnLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            // AlertBody keeps to its own limit; Kestrel's would cut the connection, and the sender would never read why.
            kestrel.Limits.MaxRequestBodySize = null;
            var uri = new Uri(_options.Address);
            if (uri.Host == "localhost")
            {
                kestrel.ListenLocalhost(uri.Port, Configure);
            }
            else
            {
                kestrel.Listen(IPAddress.Parse(uri.Host), uri.Port, Configure);
            }
        });
        if (_options.IsTls)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        var server = builder.Build();
        server.Run(HandleAsync);
        return server;

        void Configure(Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions listen)
        {
            if (_options.IsTls)
            {
                listen.UseHttps(HttpSourceTls.Callback(_options));
            }
        }
    }

    private async Task CloseAsync()
    {
        await Task.Delay(Linger, _clock);
        _isListening = false;
        // Lets the requests that are under way end first.
        await _server.StopAsync();
        _deliveries.Writer.TryComplete();
    }

    private Task HandleAsync(HttpContext context) => (context.Request.Path.Value, context.Request.Method) switch
    {
        ("/", "POST") => TakeAsync(context),
        ("/", "GET" or "HEAD") => AnswerAsync(context, StatusCodes.Status200OK, "FalcoStreamer takes Falco's alerts here: POST / with one JSON object."),
        ("/", _) => NotAllowedAsync(context),
        _ => AnswerAsync(context, StatusCodes.Status404NotFound, "Alerts are taken at POST /; set Falco's http_output.url to this address without a path."),
    };

    private async Task TakeAsync(HttpContext context)
    {
        AlertBody body;
        try
        {
            body = await AlertBody.ReadAsync(context);
        }
        catch (Exception exception) when (context.RequestAborted.IsCancellationRequested || exception is IOException)
        {
            Refuse($"the client went away in the middle of its request: {exception.Message}");
            return;
        }

        if (body.Alert is not { } alert)
        {
            Refuse(body.Reason);
            await AnswerAsync(context, body.Status, body.Reason);
            return;
        }

        _telemetry.AlertsReceived(Name, 1);
        var delivery = new Delivery(alert);
        try
        {
            // Not with the request's token: an alert that has come is ours, also when its sender hangs up.
            await _deliveries.Writer.WriteAsync(delivery, CancellationToken.None);
        }
        catch (ChannelClosedException)
        {
            delivery.Refuse();
        }

        if (!await delivery.Accepted)
        {
            _telemetry.AlertLost(Name, "the agent has stopped");
            await AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, "the agent has stopped");
        }
    }

    private void Refuse(string reason)
    {
        var now = _clock.GetTimestamp();
        var last = Interlocked.Read(ref _lastRefusal);
        var isFirstOfBurst = last == long.MinValue || _clock.GetElapsedTime(last, now) >= RefusalBurst;
        if (isFirstOfBurst)
        {
            Interlocked.Exchange(ref _lastRefusal, now);
        }

        _telemetry.AlertUnreadable(Name, reason, isFirstOfBurst);
    }

    private static Task NotAllowedAsync(HttpContext context)
    {
        context.Response.Headers.Allow = "POST, GET, HEAD";
        return AnswerAsync(context, StatusCodes.Status405MethodNotAllowed, "Alerts are taken at POST /.");
    }

    private static Task AnswerAsync(HttpContext context, int status, string sentence)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync($"{sentence}\n");
    }

    /// <summary>An alert whose request waits for its answer.</summary>
    private sealed class Delivery(FalcoAlert alert)
    {
        private readonly TaskCompletionSource<bool> _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public FalcoAlert Alert => alert;

        /// <summary>True when it is in the inbox, false when it will never be.</summary>
        public Task<bool> Accepted => _accepted.Task;

        public void Accept() => _accepted.TrySetResult(true);

        public void Refuse() => _accepted.TrySetResult(false);
    }
}
