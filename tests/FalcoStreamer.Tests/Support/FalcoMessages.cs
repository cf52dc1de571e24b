using System.Text.Json;
using System.Text.Json.Nodes;
using FalcoStreamer.Protos.Falco.Outputs;
using FalcoStreamer.Protos.Falco.Schema;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace FalcoStreamer.Tests.Support;

/// <summary>Turns alerts as Falco posts them into the messages that its gRPC sends for the same alerts.</summary>
internal static class FalcoMessages
{
    /// <summary>The alerts of samples/alerts.jsonl, as JSON.</summary>
    public static IReadOnlyList<JsonObject> Samples() =>
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "samples", "alerts.jsonl")).Select(line => JsonNode.Parse(line)!.AsObject())];

    public static byte[] From(JsonObject alert)
    {
        var time = FalcoStreamer.Alerts.AlertTime.TryRead(System.Text.Encoding.UTF8.GetBytes(alert["time"]!.GetValue<string>()), out var parsed) ? parsed : default;
        var message = new response
        {
            Time = new Timestamp { Seconds = time.UnixNanoseconds / 1_000_000_000, Nanos = (int)(time.UnixNanoseconds % 1_000_000_000) },
            Priority = System.Enum.Parse<priority>(alert["priority"]!.GetValue<string>(), ignoreCase: true),
            Rule = alert["rule"]!.GetValue<string>(),
            Output = alert.ToJsonString(),
            Hostname = alert["hostname"]!.GetValue<string>(),
            Source = alert["source"]!.GetValue<string>(),
        };
        message.Tags.AddRange(alert["tags"]!.AsArray().Select(tag => tag!.GetValue<string>()).Order(StringComparer.Ordinal));
        foreach (var (name, value) in alert["output_fields"]!.AsObject())
        {
            if (name != "evt.time")
            {
                message.OutputFields[name] = TextOf(value);
            }
        }

        return message.ToByteArray();
    }

    private static string TextOf(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "<NA>",
        JsonValueKind.String => value.GetValue<string>(),
        _ => value.ToJsonString(),
    };
}
