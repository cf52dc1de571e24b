using System.Text.Json.Nodes;
using FalcoStreamer.Simulator;
using FalcoStreamer.Simulator.ApiServer;
using FalcoStreamer.Simulator.Collector;
using FalcoStreamer.Simulator.Falco;

namespace FalcoStreamer.Benchmarks;

/// <summary>Everything around the agent: Falco, an API server with a node full of pods, and a collector that only counts.</summary>
internal sealed class World : IAsyncDisposable
{
    private const string Node = "node-1";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("bench");
    private readonly ApiServerDouble _api = new();
    private readonly CollectorDouble _collector = new(new CollectorOptions { CountsOnly = true });

    private World()
    {
        Falco = FalcoDouble.OnSocket(Path.Combine(_directory.FullName, "falco.sock"));
        _api.Extend = new EventStore(TimeProvider.System).MapTo;
    }

    public FalcoDouble Falco { get; }

    public long AlertsAtCollector => _collector.Store.AlertCount;

    public static Task<World> StartAsync(int containers) => StartAsync([.. Enumerable.Range(0, containers).Select(number => $"{number:x12}")]);

    /// <summary>Starts it with one pod for each container.</summary>
    public static async Task<World> StartAsync(IReadOnlyList<string> containerIds)
    {
        var world = new World();
        for (var number = 0; number < containerIds.Count; number++)
        {
            world._api.Pods.Set(Pod(number, containerIds[number]));
        }

        await Task.WhenAll(world.Falco.StartAsync(), world._api.StartAsync(), world._collector.StartAsync());
        return world;
    }

    public AgentProcess StartAgent(string program)
    {
        var telemetry = $"http://127.0.0.1:{LoopbackPort.Free()}";
        var configuration = new JsonObject
        {
            ["sources"] = new JsonObject
            {
                ["grpc"] = new JsonObject { ["address"] = Falco.Address },
                ["http"] = new JsonObject { ["enabled"] = false },
            },
            ["kubernetes"] = new JsonObject { ["kubeconfig"] = _api.WriteKubeconfig(_directory.FullName), ["nodeName"] = Node },
            ["sinks"] = new JsonObject { ["otlp"] = new JsonObject { ["endpoint"] = _collector.GrpcEndpoint.ToString() } },
            ["telemetry"] = new JsonObject { ["address"] = telemetry },
        };
        var file = Path.Combine(_directory.FullName, "agent.json");
        File.WriteAllText(file, configuration.ToJsonString());
        return new AgentProcess(program, file, telemetry);
    }

    public async ValueTask DisposeAsync()
    {
        await Falco.DisposeAsync();
        await _api.DisposeAsync();
        await _collector.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private static JsonObject Pod(int number, string containerId) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject
        {
            ["name"] = $"pod-{number}",
            ["namespace"] = "bench",
            ["uid"] = $"00000000-0000-0000-0000-{number:x12}",
            ["ownerReferences"] = new JsonArray(new JsonObject
            {
                ["apiVersion"] = "apps/v1",
                ["kind"] = "StatefulSet",
                ["name"] = "pod",
                ["uid"] = "owner",
                ["controller"] = true,
            }),
        },
        ["spec"] = new JsonObject
        {
            ["nodeName"] = Node,
            ["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["image"] = "docker.io/library/nginx:1.29" }),
        },
        ["status"] = new JsonObject
        {
            ["phase"] = "Running",
            ["containerStatuses"] = new JsonArray(new JsonObject
            {
                ["name"] = "main",
                ["containerID"] = $"containerd://{containerId}{new string('0', 52)}",
                ["restartCount"] = 0,
                ["state"] = new JsonObject { ["running"] = new JsonObject { ["startedAt"] = "2026-11-24T00:00:00Z" } },
            }),
        },
    };
}
