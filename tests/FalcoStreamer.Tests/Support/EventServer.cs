using System.Net;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Simulator.ApiServer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FalcoStreamer.Tests.Support;

/// <summary>An API server that knows Events only, on a real port, and the way to it.</summary>
internal sealed class EventServer : IKubernetesApi, IAsyncDisposable
{
    private readonly WebApplication _app;

    private EventServer(WebApplication app, EventStore store)
    {
        _app = app;
        Store = store;
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Client = new HttpClient { BaseAddress = new Uri(address) };
    }

    public EventStore Store { get; }

    public HttpClient Client { get; }

    public static async Task<EventServer> StartAsync(CancellationToken cancellation)
    {
        var store = new EventStore(TimeProvider.System);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        store.MapTo(app);
        await app.StartAsync(cancellation);
        return new EventServer(app, store);
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation) =>
        Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);

    /// <summary>From now on connections are refused.</summary>
    public Task StopAsync(CancellationToken cancellation) => _app.StopAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
