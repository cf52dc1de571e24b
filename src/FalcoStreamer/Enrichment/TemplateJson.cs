using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FalcoStreamer.Enrichment;

/// <summary>The images of a pod template; nothing else of the object around it is kept.</summary>
/// <param name="Images">By the names of their containers; empty where there is no template.</param>
[JsonConverter(typeof(TemplateConverter))]
internal sealed record TemplateJson(IReadOnlyDictionary<string, string> Images)
{
    public static IReadOnlyDictionary<string, string> None { get; } = FrozenDictionary<string, string>.Empty;
}

/// <summary>
/// Looks for the template where a ReplicaSet has it (<c>spec.template</c>) and where a ControllerRevision has it (<c>data.spec.template</c>). Members
/// of these names are something else in objects of other kinds, and then there is nothing to find.
/// </summary>
internal sealed class TemplateConverter : JsonConverter<TemplateJson>
{
    private static readonly string[] ContainerLists = ["initContainers", "containers"];

    public override TemplateJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        var root = document.RootElement;
        var template = Member(root, "template") ?? Member(Member(root, "spec"), "template");
        var spec = Member(template, "spec");
        var images = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var list in ContainerLists)
        {
            if (Member(spec, list) is not { ValueKind: JsonValueKind.Array } containers)
            {
                continue;
            }

            foreach (var container in containers.EnumerateArray())
            {
                if (Text(container, "name") is { } name && Text(container, "image") is { } image)
                {
                    images[name] = image;
                }
            }
        }

        return new TemplateJson(images.Count > 0 ? images : TemplateJson.None);
    }

    public override void Write(Utf8JsonWriter writer, TemplateJson value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Templates are only read.");

    private static JsonElement? Member(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } element && element.TryGetProperty(name, out var member) ? member : null;

    private static string? Text(JsonElement parent, string name) => Member(parent, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
