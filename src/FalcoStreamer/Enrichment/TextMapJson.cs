using System.Text.Json;
using System.Text.Json.Serialization;

namespace FalcoStreamer.Enrichment;

/// <summary>The labels or annotations of an object as far as they are short; annotations may hold 256 KiB, which never become text here.</summary>
[JsonConverter(typeof(TextMapConverter))]
internal sealed class TextMapJson
{
    private const int MostEntries = 64;

    private readonly List<KeyValuePair<string, string>> _entries = [];
    private bool _isWhole = true;

    public string? ValueOf(string key) => _entries.Find(entry => entry.Key == key).Value;

    public void Add(string key, string value)
    {
        if (_entries.Count < MostEntries)
        {
            _entries.Add(KeyValuePair.Create(key, value));
            return;
        }

        _isWhole = false;
    }

    /// <summary>Notes that an entry was there that is not kept.</summary>
    public void PassOver() => _isWhole = false;

    public PodTexts ToTexts() => new([.. _entries], _isWhole);
}

/// <summary>Reads a map of texts; what is no text in it is passed over.</summary>
internal sealed class TextMapConverter : JsonConverter<TextMapJson>
{
    private const int LongestKey = 320;
    private const int LongestValue = 1024;

    public override TextMapJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("Labels and annotations are an object.");
        }

        var map = new TextMapJson();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = LengthOf(reader) <= LongestKey ? reader.GetString() : null;
            reader.Read();
            if (key is not null && reader.TokenType == JsonTokenType.String && LengthOf(reader) <= LongestValue)
            {
                map.Add(key, reader.GetString()!);
                continue;
            }

            map.PassOver();
            reader.TrySkip();
        }

        return map;
    }

    public override void Write(Utf8JsonWriter writer, TextMapJson value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Pods are only read.");

    private static long LengthOf(in Utf8JsonReader reader) => reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
}
