using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FalcoStreamer.Alerts;

/// <summary>
/// Reads JSON strings whose bytes may be invalid UTF-8, which <see cref="Utf8JsonReader"/> finds but refuses to unescape.
/// </summary>
internal static class JsonText
{
    /// <summary>The text of the inside of a JSON string; a lone surrogate becomes U+FFFD.</summary>
    public static byte[] Unescape(ReadOnlySpan<byte> escaped)
    {
        var text = new ArrayBufferWriter<byte>(escaped.Length);
        while (true)
        {
            var backslash = escaped.IndexOf((byte)'\\');
            if (backslash < 0 || backslash + 1 >= escaped.Length)
            {
                text.Write(escaped);
                return text.WrittenSpan.ToArray();
            }

            text.Write(escaped[..backslash]);
            escaped = escaped[(backslash + 1)..];
            escaped = escaped[WriteEscape(escaped, text)..];
        }
    }

    /// <summary>Whether the name or text that <paramref name="reader"/> stands on is <paramref name="text"/>.</summary>
    /// <remarks>The reader's own comparison throws where an escape is half a surrogate pair; here that is only a difference.</remarks>
    public static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> text) =>
        reader.ValueIsEscaped ? Is(reader.ValueSpan, text) : reader.ValueSpan.SequenceEqual(text);

    /// <summary>Whether the inside of a JSON string that holds escapes says <paramref name="text"/>.</summary>
    public static bool Is(ReadOnlySpan<byte> escaped, ReadOnlySpan<byte> text)
    {
        const int longestEscape = 6;
        return escaped.Length <= text.Length * longestEscape && Unescape(escaped).AsSpan().SequenceEqual(text);
    }

    /// <summary>
    /// The member <c>output</c> of an alert that was sent as JSON text: Falco does so over gRPC with <c>json_output: true</c>
    /// (contracts/falco.md). False when <paramref name="text"/> is a plain sentence.
    /// </summary>
    public static bool TryReadSentence(ReadOnlyMemory<byte> text, out Utf8Text sentence)
    {
        sentence = default;
        if (text.Length == 0 || text.Span[0] != (byte)'{')
        {
            return false;
        }

        var reader = new Utf8JsonReader(text.Span);
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isOutput = Is(ref reader, "output"u8);
                reader.Read();
                if (isOutput && reader.TokenType == JsonTokenType.String)
                {
                    var slot = new Slot(
                        (int)reader.TokenStartIndex + 1,
                        reader.ValueSpan.Length,
                        reader.ValueIsEscaped ? SlotForm.EscapedText : SlotForm.Text);
                    sentence = slot.Read(text);
                    return true;
                }

                reader.Skip();
            }
        }
        catch (JsonException)
        {
            // A sentence may begin with a brace without being JSON; then it is the sentence.
        }

        return false;
    }

    private static int WriteEscape(ReadOnlySpan<byte> escape, ArrayBufferWriter<byte> text)
    {
        if (escape[0] == (byte)'u')
        {
            return WriteUnicode(escape, text);
        }

        var one = escape[0] switch
        {
            (byte)'b' => (byte)'\b',
            (byte)'f' => (byte)'\f',
            (byte)'n' => (byte)'\n',
            (byte)'r' => (byte)'\r',
            (byte)'t' => (byte)'\t',
            var same => same,
        };
        text.Write([one]);
        return 1;
    }

    private static int WriteUnicode(ReadOnlySpan<byte> escape, ArrayBufferWriter<byte> text)
    {
        var used = 5;
        var rune = Rune.ReplacementChar;
        if (TryReadHex(escape[1..], out var first))
        {
            if (Rune.TryCreate(first, out var single))
            {
                rune = single;
            }
            else if (escape.Length >= 11 && escape[5] == (byte)'\\' && escape[6] == (byte)'u'
                && TryReadHex(escape[7..], out var second) && Rune.TryCreate(first, second, out var pair))
            {
                rune = pair;
                used = 11;
            }
        }

        var size = rune.EncodeToUtf8(text.GetSpan(4));
        text.Advance(size);
        return Math.Min(used, escape.Length);
    }

    private static bool TryReadHex(ReadOnlySpan<byte> digits, out char value)
    {
        value = default;
        if (digits.Length < 4 || !ushort.TryParse(digits[..4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        value = (char)number;
        return true;
    }
}
