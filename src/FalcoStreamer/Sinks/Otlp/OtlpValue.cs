using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>An attribute: its name and its value, which is a string, a truth value, a number, a list or more attributes.</summary>
internal readonly record struct OtlpAttribute(string Name, OtlpValue Value);

/// <summary>An <c>AnyValue</c> that was read.</summary>
/// <param name="Plain">A <see cref="string"/>, <see cref="bool"/>, <see cref="long"/> or <see cref="double"/>; null for none and for the other two.</param>
/// <param name="Items">A list.</param>
/// <param name="Members">Attributes inside an attribute.</param>
internal sealed record OtlpValue(object? Plain, IReadOnlyList<OtlpValue>? Items = null, IReadOnlyList<OtlpAttribute>? Members = null)
{
    // Our own are two deep; a reader that followed any depth could be made to use up its stack.
    private const int Deepest = 16;

    /// <summary>No value at all.</summary>
    public static OtlpValue None { get; } = new(Plain: null);

    /// <summary>Reads a <c>KeyValue</c>.</summary>
    /// <exception cref="OtlpFormatException">It is none.</exception>
    public static OtlpAttribute ReadAttribute(ReadOnlySpan<byte> message) => ReadAttribute(message, Deepest);

    /// <summary>Reads an <c>AnyValue</c>.</summary>
    /// <exception cref="OtlpFormatException">It is none.</exception>
    public static OtlpValue Read(ReadOnlySpan<byte> message) => Read(message, Deepest);

    /// <summary>Writes the value as JSON; bytes are base64, and what JSON has no number for is text.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        switch (Plain)
        {
            case string text:
                json.WriteStringValue(text);
                break;
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case long integer:
                json.WriteNumberValue(integer);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case double number:
                json.WriteStringValue(number.ToString(CultureInfo.InvariantCulture));
                break;
            default:
                WriteNested(json);
                break;
        }
    }

    /// <summary>Writes attributes as one JSON object.</summary>
    public static void WriteObject(Utf8JsonWriter json, IReadOnlyList<OtlpAttribute> attributes)
    {
        json.WriteStartObject();
        foreach (var (name, value) in attributes)
        {
            json.WritePropertyName(name);
            value.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private void WriteNested(Utf8JsonWriter json)
    {
        if (Members is { } members)
        {
            WriteObject(json, members);
        }
        else if (Items is { } items)
        {
            json.WriteStartArray();
            foreach (var item in items)
            {
                item.WriteTo(json);
            }

            json.WriteEndArray();
        }
        else
        {
            json.WriteNullValue();
        }
    }

    private static OtlpAttribute ReadAttribute(ReadOnlySpan<byte> message, int depth)
    {
        var (name, value) = ("", None);
        var reader = new ProtobufReader(message);
        while (reader.ReadMember() is var member and not 0)
        {
            switch (member)
            {
                case 1:
                    name = Encoding.UTF8.GetString(reader.ReadBytes());
                    break;
                case 2:
                    value = Read(reader.ReadBytes(), depth);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new OtlpAttribute(name, value);
    }

    private static OtlpValue Read(ReadOnlySpan<byte> message, int depth)
    {
        if (depth == 0)
        {
            throw new OtlpFormatException($"a value lies in more than {Deepest} others");
        }

        var value = None;
        var reader = new ProtobufReader(message);
        while (reader.ReadMember() is var member and not 0)
        {
            switch (member)
            {
                case 1:
                    value = new OtlpValue(Encoding.UTF8.GetString(reader.ReadBytes()));
                    break;
                case 2:
                    value = new OtlpValue(reader.ReadVarint() != 0);
                    break;
                case 3:
                    value = new OtlpValue((long)reader.ReadVarint());
                    break;
                case 4:
                    value = new OtlpValue(BitConverter.UInt64BitsToDouble(reader.ReadFixed64()));
                    break;
                case 5:
                    value = new OtlpValue(Plain: null, Items: ReadAll(reader.ReadBytes(), depth - 1, Read));
                    break;
                case 6:
                    value = new OtlpValue(Plain: null, Members: ReadAll(reader.ReadBytes(), depth - 1, ReadAttribute));
                    break;
                case 7:
                    value = new OtlpValue(Convert.ToBase64String(reader.ReadBytes()));
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return value;
    }

    /// <summary>Reads a message whose member 1 is repeated.</summary>
    private static List<T> ReadAll<T>(ReadOnlySpan<byte> message, int depth, ReadOne<T> read)
    {
        var items = new List<T>();
        var reader = new ProtobufReader(message);
        while (reader.ReadMember() is var member and not 0)
        {
            if (member == 1)
            {
                items.Add(read(reader.ReadBytes(), depth));
            }
            else
            {
                reader.Skip();
            }
        }

        return items;
    }

    private delegate T ReadOne<out T>(ReadOnlySpan<byte> message, int depth);
}
