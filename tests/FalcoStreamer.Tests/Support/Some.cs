using System.Text.Json;
using System.Text.Json.Nodes;
using FalcoStreamer.Alerts;

namespace FalcoStreamer.Tests.Support;

/// <summary>Values that a test does not care about.</summary>
internal static class Some
{
    public static readonly AlertTime Time = AlertTime.From(new DateTimeOffset(2025, 1, 1, 10, 0, 0, TimeSpan.Zero));

    /// <summary>An alert as Falco posts it; <paramref name="fields"/> replace or add to the usual ones, null leaves one out.</summary>
    public static FalcoAlert Alert(
        string rule = "Detect Shell in Container",
        Priority priority = Priority.Warning,
        AlertTime? time = null,
        string? output = null,
        params (string Name, object? Value)[] fields)
    {
        var outputFields = new JsonObject
        {
            ["container.id"] = "64fac540e48f",
            ["container.name"] = "main",
            ["proc.cmdline"] = "sh -c id",
            ["proc.name"] = "sh",
            ["user.name"] = "root",
        };
        foreach (var (name, value) in fields)
        {
            outputFields[name] = JsonSerializer.SerializeToNode(value);
        }

        var alert = new JsonObject
        {
            ["hostname"] = "node-1",
            ["output"] = output ?? $"A shell ran ({outputFields["proc.cmdline"]})",
            ["output_fields"] = outputFields,
            ["priority"] = priority.Word(),
            ["rule"] = rule,
            ["source"] = "syscall",
            ["tags"] = new JsonArray("container", "shell"),
            ["time"] = (time ?? Time).ToString(),
        };
        return FalcoAlert.FromJson(JsonSerializer.SerializeToUtf8Bytes(alert));
    }
}
