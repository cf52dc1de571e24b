using System.Net;
using System.Security.Cryptography.X509Certificates;
using Grpc.AspNetCore.Server.Model;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FalcoStreamer.Simulator.Falco;

/// <summary>
/// A Falco 0.43 that is only its gRPC server, with the manners of the real one (contracts/falco.md) and none that are kinder.
/// </summary>
/// <remarks>
/// It can be stopped and started again at the same address. Stopping loses what is queued, as the end of a process does; alerts that are
/// enqueued afterwards belong to the next run.
/// </remarks>
internal sealed class FalcoDouble : IAsyncDisposable
{
    private readonly AlertQueue _alerts = new();
    private readonly string? _socketPath;
    private readonly MutualTlsFiles? _tls;
    private WebApplication? _server;
    private FalcoLife _life = new();
    private int _port;
    private long _earlierRequests;

    private FalcoDouble(string? socketPath, MutualTlsFiles? tls, int port)
    {
        _socketPath = socketPath;
        _tls = tls;
        _port = port;
    }

    /// <summary>Where clients find it, as <c>sources.grpc.address</c> takes it; of TCP, once it has started.</summary>
    public string Address => _socketPath is null ? $"https://localhost:{_port}" : $"unix://{_socketPath}";

    /// <summary>Alerts that were written to a stream.</summary>
    public long Delivered => _alerts.Delivered;

    /// <summary>Alerts that were popped, or queued when Falco stopped, and never written.</summary>
    public long Lost => _alerts.Lost;

    /// <summary>Alerts that wait for a client to ask.</summary>
    public int Queued => _alerts.Count;

    /// <summary>Requests on <c>sub</c> streams.</summary>
    public long Requests => _earlierRequests + _life.Requests;

    /// <summary>The <c>sub</c> streams that are served; those beyond <see cref="FalcoLife.MostStreams"/> are not counted, only left in silence.</summary>
    public int OpenStreams => _life.OpenStreams;

    /// <summary>Serves a unix socket without authentication, Falco's usual way.</summary>
    public static FalcoDouble OnSocket(string path) => new(path, null, 0);

    /// <summary>Serves TCP with mutual TLS; port 0 takes a free one at the first start.</summary>
    public static FalcoDouble OnMutualTls(MutualTlsFiles tls, int port = 0) => new(null, tls, port);

    /// <summary>Falco has judged something: <paramref name="alert"/> is a <c>falco.outputs.response</c>, valid or not.</summary>
    public void Enqueue(byte[] alert) => _alerts.Add(alert);

    public void Enqueue(IEnumerable<byte[]> alerts)
    {
        foreach (var alert in alerts)
        {
            _alerts.Add(alert);
        }
    }

    public async Task StartAsync()
    {
        if (_socketPath is not null)
        {
            File.Delete(_socketPath);
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc(options =>
        {
            options.MaxReceiveMessageSize = null;
            options.MaxSendMessageSize = null;
        });
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceMethodProvider<FalcoOutputsService>, FalcoOutputsMethods>());
        builder.Services.AddSingleton(new FalcoOutputsService(_alerts, _life));
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(Configure);
        _server = builder.Build();
        _server.Use(_life.SeeThroughAsync);
        _server.MapGrpcService<FalcoOutputsService>();
        _server.MapGrpcService<FalcoVersionService>();
        await _server.StartAsync();
        if (_socketPath is null)
        {
            _port = new Uri(_server.Urls.Single()).Port;
        }
    }

    /// <summary>Ends open streams with OK, forgets the queue and removes the socket; does nothing when stopped.</summary>
    public async Task StopAsync()
    {
        if (_server is null)
        {
            return;
        }

        await _life.StopAsync();
        await _server.StopAsync();
        await _server.DisposeAsync();
        _server = null;
        _alerts.LoseAll();
        _earlierRequests += _life.Requests;
        _life.Dispose();
        _life = new FalcoLife();
        if (_socketPath is not null)
        {
            File.Delete(_socketPath);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _life.Dispose();
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        // gRPC's C++ server knows no least data rate: a slow client is waited for.
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        if (_socketPath is not null)
        {
            kestrel.ListenUnixSocket(_socketPath, static listen => listen.Protocols = HttpProtocols.Http2);
            return;
        }

        kestrel.Listen(IPAddress.Loopback, _port, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificate = _tls!.Server,
                ClientCertificateMode = ClientCertificateMode.RequireCertificate,
                ClientCertificateValidation = (certificate, _, _) => IsFromOurAuthority(certificate),
            });
        });
    }

    private bool IsFromOurAuthority(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.Add(_tls!.Authority);
        return chain.Build(certificate);
    }
}
