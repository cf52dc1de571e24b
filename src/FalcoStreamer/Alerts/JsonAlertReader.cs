using System.Text;
using System.Text.Json;

namespace FalcoStreamer.Alerts;

/// <summary>
/// Finds an alert's parts in the JSON object that Falco posts and logs; falcosidekick's form is the same with a <c>uuid</c>.
/// Members it does not know are kept in the bytes and are no error.
/// </summary>
internal static class JsonAlertReader
{
    /// <exception cref="AlertFormatException">The bytes are not such an object.</exception>
    public static AlertIndex Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return ReadObject(json);
        }
        catch (JsonException exception)
        {
            throw new AlertFormatException($"not valid JSON at byte {exception.BytePositionInLine}: {Shorten(exception.Message)}");
        }
    }

    private static AlertIndex ReadObject(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new AlertFormatException($"an alert is a JSON object, this is {Describe(reader.TokenType)}");
        }

        var index = new AlertIndex();
        var (hasTime, hasPriority) = (false, false);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonText.Is(ref reader, "rule"u8))
            {
                index.Rule = ReadText(ref reader, "rule");
            }
            else if (JsonText.Is(ref reader, "time"u8))
            {
                index.Time = ReadTime(ref reader, json);
                hasTime = true;
            }
            else if (JsonText.Is(ref reader, "priority"u8))
            {
                index.Priority = ReadPriority(ref reader, json);
                hasPriority = true;
            }
            else if (JsonText.Is(ref reader, "output"u8))
            {
                index.Output = ReadText(ref reader, "output");
            }
            else if (JsonText.Is(ref reader, "output_fields"u8))
            {
                index.Fields = ReadFields(ref reader);
            }
            else if (JsonText.Is(ref reader, "hostname"u8))
            {
                index.Hostname = ReadText(ref reader, "hostname");
            }
            else if (JsonText.Is(ref reader, "source"u8))
            {
                index.Source = ReadText(ref reader, "source");
            }
            else if (JsonText.Is(ref reader, "tags"u8))
            {
                index.Tags = ReadTags(ref reader);
            }
            else if (JsonText.Is(ref reader, "uuid"u8))
            {
                index.Uuid = ReadText(ref reader, "uuid");
            }
            else
            {
                reader.Skip();
            }
        }

        // The object is whole only if nothing follows it; the reader throws where something does.
        reader.Read();
        RequireMember(index.Rule.Form != SlotForm.Absent, "rule");
        RequireMember(hasPriority, "priority");
        RequireMember(hasTime, "time");
        return index;
    }

    private static void RequireMember(bool present, string name)
    {
        if (!present)
        {
            throw new AlertFormatException($"the object has no \"{name}\": every Falco alert has \"rule\", \"priority\" and \"time\"");
        }
    }

    private static Slot ReadText(ref Utf8JsonReader reader, string member)
    {
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.String => TextSlot(ref reader),
            JsonTokenType.Null => default,
            var other => throw new AlertFormatException($"\"{member}\" must be a text, this is {Describe(other)}"),
        };
    }

    private static AlertTime ReadTime(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var slot = ReadText(ref reader, "time");
        var text = json.Slice(slot.Start, slot.Length);
        // Some writers escape the plus sign of an offset.
        return AlertTime.TryRead(slot.Form == SlotForm.EscapedText ? JsonText.Unescape(text) : text, out var time)
            ? time
            : throw new AlertFormatException(
                $"\"time\" is {Quote(text)}; Falco writes RFC 3339, e.g. \"2025-01-01T10:00:00.123456789Z\"");
    }

    private static Priority ReadPriority(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var slot = ReadText(ref reader, "priority");
        var text = json.Slice(slot.Start, slot.Length);
        return PriorityWords.TryRead(slot.Form == SlotForm.EscapedText ? JsonText.Unescape(text) : text, out var priority)
            ? priority
            : throw new AlertFormatException($"\"priority\" is {Quote(text)}; Falco has {PriorityWords.All}");
    }

    private static Slot[] ReadTags(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return [];
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new AlertFormatException($"\"tags\" must be a list, this is {Describe(reader.TokenType)}");
        }

        var tags = new List<Slot>(8);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.String)
            {
                tags.Add(TextSlot(ref reader));
            }
            else
            {
                throw new AlertFormatException($"\"tags\" must hold texts, one is {Describe(reader.TokenType)}");
            }
        }

        return [.. tags];
    }

    private static FieldSlot[] ReadFields(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return [];
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new AlertFormatException($"\"output_fields\" must be an object, this is {Describe(reader.TokenType)}");
        }

        var fields = new List<FieldSlot>(24);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = TextSlot(ref reader);
            reader.Read();
            var value = ReadValue(ref reader);
            if (value.Form != SlotForm.Absent)
            {
                fields.Add(new FieldSlot(name, value));
            }
        }

        return [.. fields];
    }

    private static Slot ReadValue(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return default;
            case JsonTokenType.String:
                // Falco writes null for most unknown values, but this text for some, user.name among them.
                return JsonText.Is(ref reader, "<NA>"u8) ? default : TextSlot(ref reader);
            case JsonTokenType.Number:
                return new Slot((int)reader.TokenStartIndex, reader.ValueSpan.Length, SlotForm.Number);
            case JsonTokenType.True or JsonTokenType.False:
                return new Slot((int)reader.TokenStartIndex, reader.ValueSpan.Length, SlotForm.Boolean);
            default:
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                return new Slot(start, (int)reader.BytesConsumed - start, SlotForm.List);
        }
    }

    private static Slot TextSlot(ref Utf8JsonReader reader) => new(
        (int)reader.TokenStartIndex + 1,
        reader.ValueSpan.Length,
        reader.ValueIsEscaped ? SlotForm.EscapedText : SlotForm.Text);

    private static string Describe(JsonTokenType token) => token switch
    {
        JsonTokenType.StartArray => "a list",
        JsonTokenType.StartObject => "an object",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a truth value",
        JsonTokenType.Null => "null",
        _ => "nothing",
    };

    // The message goes to logs and terminals, the text came from anywhere: only its ASCII is shown.
    private static string Quote(ReadOnlySpan<byte> text)
    {
        const int most = 40;
        var shown = Encoding.ASCII.GetString(text[..Math.Min(text.Length, most)]);
        return text.Length > most ? $"\"{shown}…\"" : $"\"{shown}\"";
    }

    // The library's message ends with the position, which is said already, and may quote the text.
    private static string Shorten(string message)
    {
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }
}
