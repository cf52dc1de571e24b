using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace FalcoStreamer.Simulator.ApiServer;

/// <summary>
/// A Kubernetes API server with the manners of the real one (contracts/kubernetes.md), as far as the agent asks: pods, single objects, and
/// whatever <see cref="Extend"/> adds. It listens on a real port of the loopback and keeps it over a restart.
/// </summary>
internal sealed class ApiServerDouble : IAsyncDisposable
{
    private readonly TimeProvider _clock;
    private readonly X509Certificate2? _certificate;
    private readonly PodRoutes _podRoutes;
    private readonly ConcurrentDictionary<string, JsonObject> _objects = new();
    private readonly ConcurrentDictionary<(string Verb, string Resource), ConcurrentQueue<RecordedAnswer?>> _script = new();
    private WebApplication? _app;
    private readonly int _port = LoopbackPort.Free();

    /// <param name="useTls">HTTPS with HTTP/2, as a real one; else plain HTTP/1.1.</param>
    public ApiServerDouble(TimeProvider? clock = null, bool useTls = false)
    {
        _clock = clock ?? TimeProvider.System;
        _certificate = useTls ? ServerCertificate.Make() : null;
        _podRoutes = new PodRoutes(Pods, _clock);
    }

    public PodStore Pods { get; } = new();

    public RequestLog Requests { get; } = new();

    /// <summary>The bearer token that is let in.</summary>
    public string Token { get; set; } = "the-agents-token";

    /// <summary>Verbs and resources that RBAC does not grant.</summary>
    public ConcurrentDictionary<(string Verb, string Resource), bool> Forbidden { get; } = new();

    /// <summary>Maps further resources, before the server starts and at every restart.</summary>
    public Action<WebApplication>? Extend { get; set; }

    public Uri Address => new($"{(_certificate is null ? "http" : "https")}://127.0.0.1:{_port}/");

    public async Task StartAsync()
    {
        Pods.Welcome();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        // The real one keeps open watches for 60 s after SIGTERM; whoever stops the double says when they end.
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMinutes(1));
        if (_certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, _port, Configure);
        });

        _app = builder.Build();
        _app.Use(AdmitAsync);
        _app.MapGet("/api/v1/pods", context =>
            context.Request.Query["watch"].ToString() is "1" or "true" ? _podRoutes.WatchAsync(context) : _podRoutes.ListAsync(context));
        Extend?.Invoke(_app);
        _app.MapFallback("{**path}", ObjectAsync);
        await _app.StartAsync();
    }

    /// <summary>Refuses new connections at once and ends as soon as the open watches have ended: see <see cref="EndWatches"/>.</summary>
    public async Task StopLingeringAsync()
    {
        if (Interlocked.Exchange(ref _app, null) is { } app)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }

    /// <summary>Stops and ends open watches cleanly.</summary>
    public async Task StopAsync()
    {
        Pods.Part(watch => watch.End());
        await StopLingeringAsync();
    }

    /// <summary>Goes away as a machine that loses power: connections break.</summary>
    public async Task KillAsync()
    {
        Pods.Part(watch => watch.Abort());
        await StopLingeringAsync();
    }

    /// <inheritdoc cref="PodStore.OpenedAsync"/>
    public Task OpenedAsync(int count, CancellationToken cancellation) => Pods.OpenedAsync(count, cancellation);

    public void EndWatches() => Pods.ForEachWatch(watch => watch.End());

    public void BreakWatches() => Pods.ForEachWatch(watch => watch.Abort());

    /// <summary>From now on the open watches say nothing and do not end.</summary>
    public void MuteWatches() => Pods.ForEachWatch(watch => watch.Mute());

    /// <inheritdoc cref="PodRoutes.MuteNextWatch"/>
    public void MuteNextWatch() => _podRoutes.MuteNextWatch();

    /// <summary>Sends text into every open watch as it is, without a line end of its own.</summary>
    public void Inject(string text) => Pods.ForEachWatch(watch => watch.SendRaw(text));

    /// <summary>The next such request is answered like this; several are answered in their order.</summary>
    public void Answer(string verb, string resource, RecordedAnswer answer) => Script(verb, resource).Enqueue(answer);

    /// <summary>The next such request gets no answer until the client gives up.</summary>
    public void Hang(string verb, string resource) => Script(verb, resource).Enqueue(null);

    /// <summary>Lets an object be read under its path, e.g. <c>/api/v1/nodes/node-1</c>.</summary>
    public void SetObject(string path, JsonObject value) => _objects[path] = value;

    /// <summary>Writes a kubeconfig that leads here, and gives its path.</summary>
    public string WriteKubeconfig(string directory)
    {
        var path = Path.Combine(directory, "kubeconfig");
        var trust = _certificate is null ? "" : $"\n    certificate-authority-data: {Convert.ToBase64String(_certificate.Export(X509ContentType.Cert))}";
        File.WriteAllText(path, $$"""
            apiVersion: v1
            kind: Config
            current-context: double
            clusters:
            - name: double
              cluster:
                server: {{Address}}{{trust}}
            users:
            - name: agent
              user:
                token: {{Token}}
            contexts:
            - name: double
              context:
                cluster: double
                user: agent

            """);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        Pods.Part(watch => watch.Abort());
        await StopLingeringAsync();
        _certificate?.Dispose();
    }

    private ConcurrentQueue<RecordedAnswer?> Script(string verb, string resource) => _script.GetOrAdd((verb, resource), _ => new());

    private void Configure(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        if (_certificate is not null)
        {
            listen.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = _certificate });
        }
    }

    /// <summary>What every request passes first: the log, the script, authentication, RBAC.</summary>
    private async Task AdmitAsync(HttpContext context, RequestDelegate next)
    {
        var request = ApiRequest.From(context.Request, _clock.GetUtcNow());
        Requests.Add(request);
        if (Script(request.Verb, request.Resource).TryDequeue(out var scripted))
        {
            await (scripted?.SendAsync(context) ?? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted)
                .ContinueWith(_ => { }, TaskScheduler.Default));
            return;
        }

        var authorization = context.Request.Headers.Authorization.ToString();
        if (authorization.Length == 0)
        {
            await ApiStatus.ForbiddenAsync(context, request, "system:anonymous");
        }
        else if (authorization != $"Bearer {Token}")
        {
            await ApiStatus.UnauthorizedAsync(context);
        }
        else if (Forbidden.ContainsKey((request.Verb, request.Resource)))
        {
            await ApiStatus.ForbiddenAsync(context, request, "system:serviceaccount:falcostreamer:falcostreamer");
        }
        else
        {
            await next(context);
        }
    }

    private Task ObjectAsync(HttpContext context)
    {
        return context.Request.Method == "GET" && _objects.TryGetValue(context.Request.Path, out var found)
            ? ApiStatus.SendJsonAsync(context, 200, found)
            : ApiStatus.NotFoundAsync(context, ApiRequest.From(context.Request, _clock.GetUtcNow()));
    }
}
