using System.Diagnostics.Metrics;
using System.Net.Sockets;
using FalcoStreamer.Configuration;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Pipeline;
using FalcoStreamer.Reporting;
using FalcoStreamer.Storage;
using FalcoStreamer.Telemetry;
using Microsoft.AspNetCore.Connections;
using OpenTelemetry.Metrics;

namespace FalcoStreamer.Commands;

/// <summary>The stages of the road, put together in the order in which an alert meets them.</summary>
internal sealed class Agent : IAsyncDisposable
{
    private static readonly TimeSpan StalledAfter = TimeSpan.FromSeconds(30);

    private readonly WebApplication _host;
    private readonly SourceComposition _sources;
    private readonly ClusterView _cluster;
    private readonly AlertPipeline _pipeline;
    private readonly IStorage _storage;
    private readonly SinkFan _sinks;

    private Agent(WebApplication host, AgentTelemetry telemetry, IStorage storage, AgentOptions options, TextWriter output, TimeProvider clock)
    {
        _host = host;
        _storage = storage;
        Telemetry = telemetry;
        _sources = new SourceComposition(options.Sources, clock, Telemetry);
        var knowledge = KnowledgeLoading.LoadWhatIsSound(options.Knowledge.Path, Telemetry);
        _cluster = ClusterView.Create(options.Kubernetes, new PodTextKeys(knowledge.Behaviours.Labels, knowledge.Behaviours.Annotations), clock, Telemetry);
        var correlator = new Correlator(knowledge.Behaviours, options.Correlation);
        _sinks = new SinkComposition(_cluster, output, clock, Telemetry).Create(options.Sinks, new ReportWriter(knowledge.Rules), _storage);
        _pipeline = new AlertPipeline(_sources.All, _storage, _cluster.Pods, _cluster.Enricher, correlator, _sinks, clock, Telemetry);
        SourceNames = string.Join(", ", _sources.All.Select(source => source.Name));
        SinkNames = string.Join(", ", _sinks.Names);
        host.MapHealth(new AgentHealth(
            [
                .. _sources.Conditions(),
                ("kubernetes: the pods of this node are not known yet", () => _cluster.IsSynced),
            ],
            () => clock.GetElapsedTime(_pipeline.LastTurn) < StalledAfter));
    }

    public AgentTelemetry Telemetry { get; }

    public string SourceNames { get; }

    public string SinkNames { get; }

    /// <summary>Builds the agent and opens its ports.</summary>
    /// <exception cref="ConfigurationException">Something that the configuration asks for cannot be had.</exception>
    public static async Task<Agent> StartAsync(AgentOptions options, TextWriter output, TimeProvider clock)
    {
        var host = AgentHosting.Build(options.Telemetry);
        var telemetry = new AgentTelemetry(
            host.Services.GetRequiredService<ILogger<AgentTelemetry>>(), host.Services.GetRequiredService<IMeterFactory>());
        var storage = await StorageOpening.OpenAsync(options.Storage, clock, telemetry);
        var agent = new Agent(host, telemetry, storage, options, output, clock);
        try
        {
            await agent.ListenAsync(options.Telemetry);
            await agent._sources.ListenAsync();
            return agent;
        }
        catch
        {
            await agent.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs until <paramref name="stop"/> is set; then gives the sinks <paramref name="grace"/> to send what waits.</summary>
    /// <remarks>Whatever fails ends it with that failure: the process then ends with another code than 0, and is started again.</remarks>
    public async Task RunAsync(TimeSpan grace, CancellationToken stop)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var graceEnded = new CancellationTokenSource();
        using var watching = new CancellationTokenSource();
        await using var countdown = failed.Token.Register(() => graceEnded.CancelAfter(grace));
        var stages = new List<Task>
        {
            EndAllIfItFails(_cluster.RunAsync(watching.Token), failed),
            EndAllIfItFails(_sinks.RunAsync(graceEnded.Token), failed),
        };
        var road = EndAllIfItFails(_pipeline.RunAsync(failed.Token), failed);
        await Task.WhenAny(road);
        await Task.WhenAny(stages[1]);
        await watching.CancelAsync();
        await Task.WhenAll([road, .. stages]);
    }

    public async ValueTask DisposeAsync()
    {
        await _sources.DisposeAsync();
        await _host.DisposeAsync();
        await _storage.DisposeAsync();
        Telemetry.Dispose();
    }

    private async Task ListenAsync(TelemetryOptions options)
    {
        if (options.Address is null)
        {
            // Without a port the metrics still go where OTEL_EXPORTER_OTLP_ENDPOINT says.
            _ = _host.Services.GetService<MeterProvider>();
            return;
        }

        try
        {
            await _host.StartAsync();
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException or SocketException)
        {
            throw new ConfigurationException($"telemetry.address {options.Address} cannot be listened on: {exception.Message}");
        }
    }

    private static async Task EndAllIfItFails(Task stage, CancellationTokenSource failed)
    {
        try
        {
            await stage;
        }
        catch
        {
            await failed.CancelAsync();
            throw;
        }
    }
}
