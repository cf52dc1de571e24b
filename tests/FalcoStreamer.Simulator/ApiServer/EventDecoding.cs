using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FalcoStreamer.Simulator.ApiServer;

/// <summary>A body that cannot be read as an Event: 400, before anything else is looked at.</summary>
internal sealed class EventDecodingException(string message) : Exception(message);

/// <summary>Reads a body into an Event the way the API server does: unknown members are dropped with a warning, types and times must fit.</summary>
internal static partial class EventDecoding
{
    private const string Cannot = "Event in version \"v1\" cannot be handled as a Event: ";

    /// <summary>The members in the order in which the server writes them.</summary>
    private static readonly string[] Members =
    [
        "kind", "apiVersion", "metadata", "involvedObject", "reason", "message", "source", "firstTimestamp", "lastTimestamp", "count", "type",
        "eventTime", "series", "action", "related", "reportingComponent", "reportingInstance",
    ];

    private static readonly string[] Texts = ["reason", "message", "type", "action", "reportingComponent", "reportingInstance"];

    public static JsonObject Read(byte[] body)
    {
        JsonObject read;
        try
        {
            // Invalid UTF-8 and half a surrogate pair become U+FFFD, as recorded.
            read = JsonNode.Parse(LoneSurrogate().Replace(Encoding.UTF8.GetString(body), "\\ufffd")) as JsonObject ?? throw new JsonException();
        }
        catch (JsonException)
        {
            var shown = body.Length == 0 ? "<empty>" : Encoding.UTF8.GetString(body);
            throw new EventDecodingException(
                $"the object provided is unrecognized (must be of type Event): couldn't get version/kind; json parse error: unexpected end of JSON input ({shown})");
        }

        var kind = Text(read, "kind");
        var version = Text(read, "apiVersion");
        if (version.Length > 0 && version != "v1")
        {
            throw new EventDecodingException($"the API version in the data ({version}) does not match the expected API version (v1)");
        }

        if (kind.Length > 0 && kind != "Event")
        {
            throw new EventDecodingException(
                $"{kind} in version \"v1\" cannot be handled as a Event: no kind \"{kind}\" is registered for version \"v1\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"");
        }

        return read;
    }

    /// <summary>The first unknown member, or null.</summary>
    public static string? UnknownMember(JsonObject read) => read.Select(member => member.Key).FirstOrDefault(name => !Members.Contains(name));

    /// <summary>The Event as the server keeps it: known members only, in its order, times in UTC, the usual empty ones filled in.</summary>
    public static JsonObject Normalise(JsonObject read)
    {
        foreach (var name in Texts)
        {
            if (read[name] is { } value && value.GetValueKind() != JsonValueKind.String)
            {
                throw new EventDecodingException($"{Cannot}json: cannot unmarshal {Kind(value)} into Go struct field Event.{name} of type string");
            }
        }

        if (read["count"] is { } count && !(count.GetValueKind() == JsonValueKind.Number && int.TryParse(count.ToJsonString(), out _)))
        {
            throw new EventDecodingException($"{Cannot}json: cannot unmarshal number {count.ToJsonString()} into Go struct field Event.count of type int32");
        }

        var kept = new JsonObject();
        foreach (var name in Members)
        {
            var value = name switch
            {
                "kind" => "Event",
                "apiVersion" => "v1",
                "source" => Ordered(read[name], "component", "host"),
                "involvedObject" => Ordered(read[name], "kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"),
                "firstTimestamp" or "lastTimestamp" => Time(read[name], isMicro: false),
                "eventTime" => Time(read[name], isMicro: true),
                "reportingComponent" or "reportingInstance" => Text(read, name),
                "metadata" => read[name]?.DeepClone() ?? new JsonObject(),
                _ => read[name]?.DeepClone(),
            };
            var isEmpty = value is null || (value.GetValueKind() == JsonValueKind.String && value.GetValue<string>().Length == 0)
                || (name == "count" && value.ToJsonString() == "0");
            if (!isEmpty || name is "firstTimestamp" or "lastTimestamp" or "eventTime" or "reportingComponent" or "reportingInstance")
            {
                kept[name] = value;
            }
        }

        return kept;
    }

    public static string Text(JsonNode? node, string name) =>
        node is JsonObject found && found[name] is { } value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : "";

    private static JsonObject Ordered(JsonNode? node, params string[] members)
    {
        var ordered = new JsonObject();
        foreach (var name in members.Where(name => Text(node, name).Length > 0))
        {
            ordered[name] = Text(node, name);
        }

        return ordered;
    }

    private static JsonValue? Time(JsonNode? node, bool isMicro)
    {
        if (node is null)
        {
            return null;
        }

        var text = node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : node.ToJsonString();
        var layout = isMicro ? "2006-01-02T15:04:05.000000Z07:00" : "2006-01-02T15:04:05Z07:00";
        EventDecodingException Failure(string rest, string part) =>
            new($"{Cannot}parsing time \"{text}\" as \"{layout}\": cannot parse \"{rest}\" as \"{part}\"");
        if (!Beginning().IsMatch(text))
        {
            throw Failure(text, "2006");
        }

        var zone = text[19..];
        if (isMicro)
        {
            if (!SixDigits().IsMatch(zone))
            {
                throw Failure(zone, ".000000");
            }

            zone = zone[7..];
        }
        else if (Fraction().Match(zone) is { Success: true } fraction)
        {
            zone = zone[fraction.Length..];
        }

        if (!Zone().IsMatch(zone) || !DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var time))
        {
            throw Failure(zone, "Z07:00");
        }

        return JsonValue.Create(time.UtcDateTime.ToString(
            isMicro ? "yyyy-MM-ddTHH:mm:ss.ffffffZ" : "yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture));
    }

    private static string Kind(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.Number => "number",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        _ => "bool",
    };

    [GeneratedRegex(@"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}")]
    private static partial Regex LoneSurrogate();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")]
    private static partial Regex Beginning();

    [GeneratedRegex(@"^\.\d{6}")]
    private static partial Regex SixDigits();

    [GeneratedRegex(@"^\.\d+")]
    private static partial Regex Fraction();

    [GeneratedRegex(@"^(Z|[+-]\d\d:\d\d)$")]
    private static partial Regex Zone();
}
