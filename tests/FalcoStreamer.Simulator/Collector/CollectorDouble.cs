using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace FalcoStreamer.Simulator.Collector;

/// <summary>How a <see cref="CollectorDouble"/> is to be.</summary>
internal sealed record CollectorOptions
{
    /// <summary>How many records and requests it keeps; it counts all.</summary>
    public int Capacity { get; init; } = 100_000;

    /// <summary>Counts records on the wire without reading them, for benchmarks.</summary>
    public bool CountsOnly { get; init; }

    /// <summary>The server's certificate; null means plain text.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The authority that clients must have a certificate of; null asks for none.</summary>
    public X509Certificate2? ClientAuthority { get; init; }
}

/// <summary>
/// A collector on two real ports, OTLP/gRPC and OTLP/HTTP. It takes everything, unless a script says otherwise, and can be stopped and
/// started again on the same ports.
/// </summary>
/// <remarks>As with the Go collector, a gRPC message of more than 4 MiB is RESOURCE_EXHAUSTED without RetryInfo, and an HTTP body has 20 MiB.</remarks>
internal sealed class CollectorDouble(CollectorOptions? options = null) : IAsyncDisposable
{
    private readonly CollectorOptions _options = options ?? new CollectorOptions();
    private readonly ConcurrentQueue<CollectorAnswer> _script = [];
    private WebApplication? _app;
    private readonly int _grpcPort = LoopbackPort.Free();
    private readonly int _httpPort = LoopbackPort.Free();

    /// <summary>What it has received; kept when it is stopped.</summary>
    public CollectorStore Store { get; } = new(options?.Capacity ?? new CollectorOptions().Capacity, options?.CountsOnly ?? false);

    /// <summary>Where OTLP/gRPC is served.</summary>
    public Uri GrpcEndpoint => Address(_grpcPort);

    /// <summary>The base address of OTLP/HTTP, without <c>v1/logs</c>.</summary>
    public Uri HttpEndpoint => Address(_httpPort);

    /// <summary>What to do with the next requests, one answer each; after them everything is taken.</summary>
    public void Script(params CollectorAnswer[] answers)
    {
        foreach (var answer in answers)
        {
            _script.Enqueue(answer);
        }
    }

    /// <summary>Starts to listen; after a stop on the same ports.</summary>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(new GrpcLogsEndpoint(Store));
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = 20 * 1024 * 1024;
            kestrel.Listen(IPAddress.Loopback, _grpcPort, listen => Listen(listen, HttpProtocols.Http2));
            kestrel.Listen(IPAddress.Loopback, _httpPort, listen => Listen(listen, HttpProtocols.Http1));
        });
        _app = builder.Build();
        _app.Use(AnswerAsync);
        _app.MapGrpcService<GrpcLogsEndpoint>();
        _app.MapPost("/v1/logs", new RequestDelegate(new HttpLogsEndpoint(Store).HandleAsync));
        await _app.StartAsync(cancellation);
    }

    /// <summary>Breaks all connections and refuses new ones.</summary>
    public async Task StopAsync()
    {
        if (_app is { } app)
        {
            _app = null;
            // A token that is set already: as if the process had been killed.
            await app.StopAsync(new CancellationToken(canceled: true));
            await app.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        var answer = _script.TryDequeue(out var scripted) ? scripted : new CollectorAnswer.Take();
        ScriptedAnswer.Set(context, answer);
        Store.Arrive();
        if (answer is CollectorAnswer.Reset)
        {
            // Some bytes have come by now, the rest is on its way.
            _ = await context.Request.Body.ReadAsync(new byte[16], context.RequestAborted);
            ScriptedAnswer.Reset(context);
            return;
        }

        await next(context);
    }

    private void Listen(ListenOptions listen, HttpProtocols protocols)
    {
        listen.Protocols = protocols;
        if (_options.Certificate is { } certificate)
        {
            listen.UseHttps(https =>
            {
                https.ServerCertificate = certificate;
                if (_options.ClientAuthority is { } authority)
                {
                    https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                    https.ClientCertificateValidation = (client, _, _) => IsFrom(authority, client);
                }
            });
        }
    }

    private static bool IsFrom(X509Certificate2 authority, X509Certificate2 client)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(client);
    }

    private Uri Address(int port) =>
        new($"{(_options.Certificate is null ? "http" : "https")}://{(_options.Certificate is null ? "127.0.0.1" : "localhost")}:{port}");
}
