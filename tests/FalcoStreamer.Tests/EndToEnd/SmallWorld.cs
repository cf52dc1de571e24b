using System.Text.Json.Nodes;
using FalcoStreamer.Simulator;
using FalcoStreamer.Simulator.ApiServer;
using FalcoStreamer.Simulator.Collector;
using FalcoStreamer.Simulator.Falco;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.EndToEnd;

/// <summary>Falco, an API server with the recorded node, and a collector; and the agent among them.</summary>
internal sealed class SmallWorld : IAsyncDisposable
{
    public const string NodeUid = "11111111-2222-3333-4444-555555555555";
    public const string ClusterUid = "66666666-7777-8888-9999-000000000000";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("e2e");

    private SmallWorld() => Falco = FalcoDouble.OnSocket(Path.Combine(_directory.FullName, "falco.sock"));

    public FalcoDouble Falco { get; }

    public ApiServerDouble Api { get; } = new(useTls: true);

    public EventStore Events { get; } = new(TimeProvider.System);

    public CollectorDouble Collector { get; } = new();

    /// <summary>What the collector got.</summary>
    public IReadOnlyList<SeenRecord> Records => [.. Collector.Store.Records.Select(record => new SeenRecord(record))];

    /// <summary>Ends when what the collector got satisfies <paramref name="condition"/>.</summary>
    public Task WaitForRecordsAsync(Func<IReadOnlyList<SeenRecord>, bool> condition, CancellationToken cancellation) =>
        Collector.Store.WaitAsync(store => condition([.. store.Records.Select(record => new SeenRecord(record))]), cancellation);

    public static async Task<SmallWorld> StartAsync()
    {
        var world = new SmallWorld();
        world.Api.Extend = world.Events.MapTo;
        world.Api.Pods.Load(JsonNode.Parse(Recordings.Read("kubernetes/node1/pods-list.json"))!);
        world.Api.SetObject("/api/v1/nodes/node-1", Object("Node", "node-1", NodeUid));
        world.Api.SetObject("/api/v1/namespaces/kube-system", Object("Namespace", "kube-system", ClusterUid));
        await Task.WhenAll(world.Falco.StartAsync(), world.Api.StartAsync(), world.Collector.StartAsync());
        return world;
    }

    /// <summary>The pods of samples/pods.json run on the node too.</summary>
    public void AddSamplePods()
    {
        var list = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "samples", "pods.json")))!;
        foreach (var pod in list["items"]!.AsArray())
        {
            Api.Pods.Set(pod!.DeepClone().AsObject());
        }
    }

    /// <summary>Where the agents of this world keep what they hold.</summary>
    public string Storage => Path.Combine(_directory.FullName, "storage");

    /// <summary>Where they take alerts over HTTP.</summary>
    public Uri HttpSource { get; } = new($"http://127.0.0.1:{LoopbackPort.Free()}");

    /// <summary>Starts the agent with its usual settings.</summary>
    /// <param name="onDisk">Whether it keeps what it holds on the disk.</param>
    public RunningAgent StartAgent(string protocol = "grpc", bool onDisk = false)
    {
        var telemetry = $"http://127.0.0.1:{LoopbackPort.Free()}";
        var configuration = new JsonObject
        {
            ["sources"] = new JsonObject
            {
                ["grpc"] = new JsonObject { ["address"] = Falco.Address },
                ["http"] = new JsonObject { ["address"] = HttpSource.GetLeftPart(UriPartial.Authority) },
            },
            ["storage"] = new JsonObject { ["path"] = onDisk ? Storage : null },
            ["kubernetes"] = new JsonObject { ["kubeconfig"] = Api.WriteKubeconfig(_directory.FullName), ["nodeName"] = "node-1" },
            ["sinks"] = new JsonObject
            {
                ["otlp"] = new JsonObject { ["endpoint"] = (protocol == "grpc" ? Collector.GrpcEndpoint : Collector.HttpEndpoint).ToString(), ["protocol"] = protocol },
            },
            ["telemetry"] = new JsonObject { ["address"] = telemetry },
        };
        var file = Path.Combine(_directory.FullName, "agent.json");
        File.WriteAllText(file, configuration.ToJsonString());
        return new RunningAgent(file, telemetry);
    }

    public async ValueTask DisposeAsync()
    {
        await Falco.DisposeAsync();
        await Api.DisposeAsync();
        await Collector.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private static JsonObject Object(string kind, string name, string uid) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = kind,
        ["metadata"] = new JsonObject { ["name"] = name, ["uid"] = uid, ["resourceVersion"] = "1" },
    };
}
