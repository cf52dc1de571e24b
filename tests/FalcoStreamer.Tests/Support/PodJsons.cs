using System.Text.Json.Nodes;
using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Tests.Support;

/// <summary>Pods as the API server writes them.</summary>
internal static class PodJsons
{
    public const string FirstId = "aaaaaaaaaaaa1111111111111111111111111111111111111111111111111111";
    public const string SecondId = "bbbbbbbbbbbb2222222222222222222222222222222222222222222222222222";

    public static JsonObject Pod(
        string name,
        string? containerId = FirstId,
        string node = "node-1",
        string? uid = null,
        string? lastContainerId = null,
        JsonObject? owner = null,
        string? hash = null)
    {
        var status = new JsonObject { ["name"] = "main", ["restartCount"] = 0, ["state"] = new JsonObject() };
        if (containerId is not null)
        {
            status["containerID"] = $"containerd://{containerId}";
            status["state"] = new JsonObject { ["running"] = new JsonObject { ["startedAt"] = "2025-01-01T09:00:00Z" } };
        }

        if (lastContainerId is not null)
        {
            status["lastState"] = new JsonObject { ["terminated"] = new JsonObject { ["containerID"] = $"containerd://{lastContainerId}" } };
        }

        var metadata = new JsonObject { ["name"] = name, ["namespace"] = "lab", ["uid"] = uid ?? $"uid-{name}" };
        if (owner is not null)
        {
            metadata["ownerReferences"] = new JsonArray(owner);
        }

        if (hash is not null)
        {
            metadata["labels"] = new JsonObject { ["pod-template-hash"] = hash };
        }

        return new JsonObject
        {
            ["metadata"] = metadata,
            ["spec"] = new JsonObject
            {
                ["nodeName"] = node,
                ["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["image"] = "lab.local/web:1" }),
            },
            ["status"] = new JsonObject { ["containerStatuses"] = new JsonArray(status) },
        };
    }

    public static JsonObject Owner(string kind, string name, string uid, string apiVersion = "apps/v1") => new()
    {
        ["apiVersion"] = apiVersion,
        ["kind"] = kind,
        ["name"] = name,
        ["uid"] = uid,
        ["controller"] = true,
    };

    /// <summary>The facts of the pods of a recorded or written list.</summary>
    public static async Task<IReadOnlyList<PodFacts>> FactsAsync(byte[] list)
    {
        using var stream = new MemoryStream(list);
        return (await PodProjection.ReadListAsync(stream, TestContext.Current.CancellationToken)).Pods;
    }

    public static PodFacts Facts(JsonObject pod)
    {
        var line = new JsonObject { ["type"] = "ADDED", ["object"] = pod.DeepClone() };
        return WatchLine.Read(new(System.Text.Encoding.UTF8.GetBytes(line.ToJsonString()))).Pod!;
    }
}
