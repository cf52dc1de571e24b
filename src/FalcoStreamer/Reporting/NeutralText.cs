using System.Globalization;
using System.Text;

namespace FalcoStreamer.Reporting;

/// <summary>
/// Makes visible what hostile text hides: whoever reads a report on a terminal, in a browser or in an editor sees every character that is there,
/// in the order in which it is there, and no terminal obeys it.
/// </summary>
/// <remarks>
/// Controls become their pictures (<c>␛[31m</c>), everything else that has no picture its code (<c>\u202E</c>). Whoever writes such a code out
/// as letters reads the same; that is harmless, since nothing is ever turned back. Text that needs no change is returned as it is, without a copy.
/// </remarks>
internal static class NeutralText
{
    private const char FirstPicture = '\u2400';
    private const char PictureOfDelete = '\u2421';

    /// <summary>For an edge of one line: a line break is shown as <c>␊</c> or <c>␍</c>, a tab becomes a space.</summary>
    public static string OneLine(string text) => Neutralise(text, keepsLineFeed: false);

    /// <summary>For an edge of several lines: a line feed stays what it is, a tab becomes a space.</summary>
    public static string Lines(string text) => Neutralise(text, keepsLineFeed: true);

    private static string Neutralise(string text, bool keepsLineFeed)
    {
        var position = FirstSuspect(text, 0);
        StringBuilder? neutral = null;
        var copied = 0;
        while (position < text.Length)
        {
            var isWhole = Rune.TryGetRuneAt(text, position, out var rune);
            var length = isWhole ? rune.Utf16SequenceLength : 1;
            if (!isWhole || (!(keepsLineFeed && rune.Value == '\n') && IsUnsafe(rune)))
            {
                neutral ??= new StringBuilder(text.Length + 32);
                neutral.Append(text, copied, position - copied);
                Show(neutral, isWhole ? rune.Value : text[position]);
                copied = position + length;
            }

            position = FirstSuspect(text, position + length);
        }

        return neutral is null ? text : neutral.Append(text, copied, text.Length - copied).ToString();
    }

    /// <summary>Skips printable ASCII, which is nearly everything.</summary>
    private static int FirstSuspect(string text, int start)
    {
        var offset = text.AsSpan(start).IndexOfAnyExceptInRange(' ', '~');
        return offset < 0 ? text.Length : start + offset;
    }

    private static bool IsUnsafe(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        // Cc: C0, DEL and C1. Cf: bidirectional overrides and isolates, zero-width characters, tags. Zl and Zp: line ends to some readers only.
        UnicodeCategory.Control
            or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.Surrogate => true,
        // Letters and marks that take no room: fillers, the joiner of graphemes, variation selectors (a known way to smuggle text).
        UnicodeCategory.OtherLetter => rune.Value is 0x115F or 0x1160 or 0x3164 or 0xFFA0,
        UnicodeCategory.NonSpacingMark => rune.Value is 0x034F or (>= 0x180B and <= 0x180F) or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF),
        // Unassigned characters that Unicode promises never to draw.
        UnicodeCategory.OtherNotAssigned => rune.Value is (>= 0x2060 and <= 0x206F) or (>= 0xFFF0 and <= 0xFFFF) or (>= 0xE0000 and <= 0xE0FFF),
        _ => false,
    };

    private static void Show(StringBuilder neutral, int value)
    {
        _ = value switch
        {
            '\t' => neutral.Append(' '),
            < 0x20 => neutral.Append((char)(FirstPicture + value)),
            0x7F => neutral.Append(PictureOfDelete),
            <= 0xFFFF => neutral.Append(CultureInfo.InvariantCulture, $"\\u{value:X4}"),
            _ => neutral.Append(CultureInfo.InvariantCulture, $"\\U{value:X8}"),
        };
    }
}
