using System.Text.Json;
using System.Text.Json.Nodes;
using FalcoStreamer.Alerts;

namespace FalcoStreamer.Tests.Support;

/// <summary>Alerts of the plugins' sources, as the stock rules of falcosecurity/plugins write them.</summary>
internal static class SomeAudits
{
    /// <summary>Alice's exec into lab/web-0; <paramref name="fields"/> replace or add to those of the rule "Attach/Exec Pod", null leaves one out.</summary>
    public static FalcoAlert Exec(AlertTime? time = null, params (string Name, object? Value)[] fields) => Of(
        "k8s_audit",
        "Attach/Exec Pod",
        time,
        [
            ("ka.user.name", "alice@example.com"),
            ("ka.target.resource", "pods"),
            ("ka.target.subresource", "exec"),
            ("ka.target.namespace", "lab"),
            ("ka.target.name", "web-0"),
            ("ka.uri.param[command]", "sh"),
            .. fields,
        ]);

    public static FalcoAlert Of(string source, string rule, AlertTime? time = null, params (string Name, object? Value)[] fields)
    {
        var outputFields = new JsonObject();
        foreach (var (name, value) in fields)
        {
            outputFields[name] = JsonSerializer.SerializeToNode(value);
        }

        var alert = new JsonObject
        {
            ["hostname"] = "node-1",
            ["output"] = $"{rule} (user={outputFields["ka.user.name"]})",
            ["output_fields"] = outputFields,
            ["priority"] = "Notice",
            ["rule"] = rule,
            ["source"] = source,
            ["tags"] = new JsonArray("k8s"),
            ["time"] = (time ?? Some.Time).ToString(),
        };
        return FalcoAlert.FromJson(JsonSerializer.SerializeToUtf8Bytes(alert));
    }
}
