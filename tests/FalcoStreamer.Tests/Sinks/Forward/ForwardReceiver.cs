using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using FalcoStreamer.Simulator;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace FalcoStreamer.Tests.Sinks.Forward;

/// <summary>What a receiver was sent.</summary>
internal sealed record ReceivedRequest(string Path, byte[] Body, string? ContentType, IReadOnlyDictionary<string, string> Headers, string Connection, string? Client);

/// <summary>A receiver as falcosidekick is one, on a real port: it takes an alert a request, or does what the next of its answers says.</summary>
internal sealed class ForwardReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ReceivedRequest> _requests = new();
    private readonly ConcurrentQueue<Func<HttpContext, byte[], Task>> _answers = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private int _underWay;

    private ForwardReceiver(int port, X509Certificate2? certificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate, https =>
                {
                    https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                    https.AllowAnyClientCertificate();
                });
            }
        }));
        _app = builder.Build();
        _app.Run(HandleAsync);
        Url = $"{(certificate is null ? "http" : "https")}://127.0.0.1:{port}/";
    }

    public string Url { get; }

    public IReadOnlyList<ReceivedRequest> Requests => [.. _requests];

    /// <summary>The most requests that were under way at once.</summary>
    public int MostUnderWay { get; private set; }

    /// <summary>What every request meets before its answer; completed by default.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public static async Task<ForwardReceiver> StartAsync(X509Certificate2? certificate = null, int? port = null)
    {
        var receiver = new ForwardReceiver(port ?? LoopbackPort.Free(), certificate);
        await receiver._app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    /// <summary>The next requests are answered so, each answer once.</summary>
    public void Answer(int status, string body = "", string? retryAfter = null, int times = 1)
    {
        for (; times > 0; times--)
        {
            _answers.Enqueue(async (context, _) =>
            {
                context.Response.StatusCode = status;
                context.Response.Headers.RetryAfter = retryAfter;
                await context.Response.WriteAsync(body);
            });
        }
    }

    /// <summary>The next request's connection is reset after its body was read.</summary>
    public void Reset() => _answers.Enqueue((context, _) =>
    {
        context.Abort();
        return Task.CompletedTask;
    });

    /// <summary>The next request gets no answer.</summary>
    public void Hang() => _answers.Enqueue((context, _) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));

    /// <summary>Requests whose body holds that text are always answered so.</summary>
    public (string Text, int Status)? FailsAt { get; set; }

    /// <summary>Ends when one more request has arrived.</summary>
    public Task ArrivedAsync(CancellationToken cancellation) => _arrived.WaitAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _arrived.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var bytes = body.ToArray();
        lock (_answers)
        {
            MostUnderWay = Math.Max(MostUnderWay, ++_underWay);
        }

        _requests.Enqueue(new ReceivedRequest(
            context.Request.Path,
            bytes,
            context.Request.ContentType,
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            context.Connection.Id,
            context.Connection.ClientCertificate?.Subject));
        _arrived.Release();
        try
        {
            await Gate;
            if (FailsAt is { } failure && System.Text.Encoding.UTF8.GetString(bytes).Contains(failure.Text, StringComparison.Ordinal))
            {
                context.Response.StatusCode = failure.Status;
            }
            else if (_answers.TryDequeue(out var answer))
            {
                await answer(context, bytes);
            }
        }
        finally
        {
            lock (_answers)
            {
                _underWay--;
            }
        }
    }
}
