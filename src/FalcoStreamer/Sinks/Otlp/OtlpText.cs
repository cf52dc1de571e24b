using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>How much of a text may leave as it is.</summary>
internal enum TextForm
{
    /// <summary>Evidence: only what is not UTF-8 is replaced.</summary>
    Exact,

    /// <summary>What people read as a line: control characters and bidirectional overrides are shown as escapes too.</summary>
    Visible,
}

/// <summary>
/// Makes text that an attacker may have written fit to leave: always valid UTF-8, never longer than its limit.
/// </summary>
internal sealed class OtlpText
{
    // Room for "… [2147483647 bytes cut]", which takes the place of what does not fit.
    private const int MarkSize = 32;

    private static readonly SearchValues<byte> Printable =
        SearchValues.Create([.. Enumerable.Range(0x20, 0x7F - 0x20).Select(value => (byte)value)]);

    private readonly ProtobufWriter _clean = new(256);
    private readonly ProtobufWriter _utf8 = new(256);

    /// <summary>
    /// The text that may leave. It is <paramref name="text"/> itself where that is harmless, which is nearly always;
    /// otherwise it lasts until the next call.
    /// </summary>
    /// <param name="limit">In bytes. A longer text ends with a mark that says how many of its bytes are missing.</param>
    public ReadOnlySpan<byte> Clean(ReadOnlySpan<byte> text, int limit, TextForm form)
    {
        if (text.Length <= limit
            && (!text.ContainsAnyExcept(Printable) || (form == TextForm.Exact && Utf8.IsValid(text))))
        {
            return text;
        }

        _clean.Clear();
        var rest = text;
        var (fits, cut) = (0, 0);
        while (rest.Length > 0 && _clean.Length <= limit)
        {
            var consumed = WriteSome(rest, limit - MarkSize - _clean.Length, form);
            rest = rest[consumed..];
            if (_clean.Length <= limit - MarkSize)
            {
                (fits, cut) = (_clean.Length, rest.Length);
            }
        }

        if (_clean.Length > limit)
        {
            _clean.Truncate(fits);
            _clean.WriteRaw("… ["u8);
            _clean.WriteRaw(Encoding.ASCII.GetBytes(cut.ToString(CultureInfo.InvariantCulture)));
            _clean.WriteRaw(" bytes cut]"u8);
        }

        return _clean.Span;
    }

    /// <inheritdoc cref="Clean(ReadOnlySpan{byte}, int, TextForm)"/>
    public ReadOnlySpan<byte> Clean(string text, int limit, TextForm form)
    {
        var size = Encoding.UTF8.GetMaxByteCount(text.Length);
        var bytes = ArrayPool<byte>.Shared.Rent(size);
        _utf8.Clear();
        // A lone surrogate becomes U+FFFD here.
        _utf8.WriteRaw(bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)));
        ArrayPool<byte>.Shared.Return(bytes);
        return Clean(_utf8.Span, limit, form);
    }

    /// <summary>Writes a run of plain bytes, of which no more than <paramref name="room"/> if there is any, or one character.</summary>
    private int WriteSome(ReadOnlySpan<byte> text, int room, TextForm form)
    {
        var plain = text.IndexOfAnyExcept(Printable);
        if (plain != 0)
        {
            var run = plain < 0 ? text.Length : plain;
            // Stopping at the room's end lets the caller note the last place that fits; behind it, a mark's size decides the rest.
            run = Math.Min(run, room > 0 ? room : MarkSize + 1);
            _clean.WriteRaw(text[..run]);
            return run;
        }

        var status = Rune.DecodeFromUtf8(text, out var rune, out var consumed);
        if (status != OperationStatus.Done)
        {
            _clean.WriteRaw("\uFFFD"u8);
        }
        else if (form == TextForm.Visible && IsInvisible(rune))
        {
            WriteEscape(rune);
        }
        else
        {
            _clean.WriteRaw(text[..consumed]);
        }

        return consumed;
    }

    private static bool IsInvisible(Rune rune) => Rune.IsControl(rune)
        || rune.Value is 0x061C or 0x200E or 0x200F or (>= 0x2028 and <= 0x202E) or (>= 0x2066 and <= 0x2069);

    private void WriteEscape(Rune rune) => _clean.WriteRaw(rune.Value switch
    {
        '\n' => "\\n"u8,
        '\r' => "\\r"u8,
        '\t' => "\\t"u8,
        var other => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\\u{other:x4}")),
    });
}
