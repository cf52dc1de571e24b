using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace FalcoStreamer.Tests.Judging;

/// <summary>YAML as JSON, so that cases can be written as people write Kubernetes objects.</summary>
internal static class YamlJson
{
    public static JsonObject Read(string file)
    {
        using var reader = File.OpenText(file);
        var stream = new YamlStream();
        stream.Load(reader);
        return (JsonObject)From(stream.Documents[0].RootNode)!;
    }

    /// <summary><paramref name="change"/> over <paramref name="known"/> as a JSON merge patch: null takes a member away, a list replaces a list.</summary>
    /// <param name="known">What is there.</param>
    /// <param name="change">What comes over it.</param>
    /// <param name="keepsNulls">True for two changes made one: what the later takes away must still be taken away when both are applied.</param>
    public static JsonNode? Merge(JsonNode? known, JsonNode? change, bool keepsNulls = false)
    {
        if (change is not JsonObject changes)
        {
            return change?.DeepClone();
        }

        var merged = known is JsonObject old ? old.DeepClone().AsObject() : [];
        foreach (var (name, value) in changes)
        {
            if (value is null && !keepsNulls)
            {
                merged.Remove(name);
                continue;
            }

            merged[name] = Merge(merged[name], value, keepsNulls);
        }

        return merged;
    }

    private static JsonNode? From(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Children.Select(child => KeyValuePair.Create(((YamlScalarNode)child.Key).Value!, From(child.Value)))),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(From)]),
        YamlScalarNode scalar => FromScalar(scalar),
        _ => throw new InvalidOperationException($"line {node.Start.Line}: aliases are not used in cases"),
    };

    private static JsonNode? FromScalar(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style != ScalarStyle.Plain)
        {
            return text;
        }

        return text switch
        {
            "" or "null" or "~" => null,
            "true" => true,
            "false" => false,
            _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
            _ => text,
        };
    }
}
