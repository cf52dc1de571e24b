using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FalcoStreamer.Alerts;

/// <summary>
/// Writes JSON as Falco's library (nlohmann/json, <c>dump()</c>) does: nothing is escaped that need not be. <see cref="Utf8JsonWriter"/> escapes more,
/// for browsers, and then the bytes would be others.
/// </summary>
internal sealed class FalcoJsonWriter(int capacity)
{
    private static readonly SearchValues<byte> Plain = SearchValues.Create(
        [.. Enumerable.Range(0x20, 0x80 - 0x20).Select(value => (byte)value).Where(value => value is not ((byte)'"' or (byte)'\\'))]);

    private readonly ArrayBufferWriter<byte> _bytes = new(capacity);

    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    /// <summary>Writes what is JSON already.</summary>
    public void Raw(ReadOnlySpan<byte> json) => _bytes.Write(json);

    /// <summary>Writes a string; what is no UTF-8 becomes U+FFFD.</summary>
    public void Text(ReadOnlySpan<byte> text)
    {
        Raw("\""u8);
        while (text.Length > 0)
        {
            var plain = text.IndexOfAnyExcept(Plain);
            plain = plain < 0 ? text.Length : plain;
            Raw(text[..plain]);
            text = text[plain..];
            if (text.Length > 0)
            {
                text = text[WriteOne(text)..];
            }
        }

        Raw("\""u8);
    }

    /// <summary>Whether a text is a JSON number as it stands.</summary>
    public static bool IsNumber(ReadOnlySpan<byte> text)
    {
        if (text.Length is 0 or > 32 || text[0] is not ((byte)'-' or (>= (byte)'0' and <= (byte)'9')))
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(text);
            return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.BytesConsumed == text.Length && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Writes the first character, and says how many bytes it has.</summary>
    private int WriteOne(ReadOnlySpan<byte> text)
    {
        if (text[0] >= 0x80)
        {
            var status = Rune.DecodeFromUtf8(text, out _, out var length);
            Raw(status == OperationStatus.Done ? text[..length] : "\uFFFD"u8);
            return length;
        }

        Raw(text[0] switch
        {
            (byte)'"' => "\\\""u8,
            (byte)'\\' => "\\\\"u8,
            (byte)'\b' => "\\b"u8,
            (byte)'\f' => "\\f"u8,
            (byte)'\n' => "\\n"u8,
            (byte)'\r' => "\\r"u8,
            (byte)'\t' => "\\t"u8,
            var control => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\\u{control:x4}")),
        });
        return 1;
    }
}
