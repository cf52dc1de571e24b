using System.Buffers;
using System.Globalization;
using System.Text;

namespace FalcoStreamer.Reporting;

/// <summary>
/// Makes text that an attacker's process chose harmless for whoever shows it: what would move the cursor, turn the reading direction or hide is
/// shown as something visible. Nothing is taken away, so the text still tells what was there.
/// </summary>
internal static class NeutralText
{
    // Printable ASCII needs no look; nearly all text is nothing else.
    private static readonly SearchValues<char> Plain =
        SearchValues.Create([.. Enumerable.Range(0x20, 0x5F).Select(code => (char)code)]);

    /// <summary>The text on one line: line breaks and tabs are shown too. The same instance when there is nothing to change.</summary>
    public static string OneLine(string text) => Neutralise(text, keepsLines: false);

    /// <summary>The text with its line feeds; a tab becomes a blank. The same instance when there is nothing to change.</summary>
    public static string Lines(string text) => Neutralise(text, keepsLines: true);

    private static string Neutralise(string text, bool keepsLines)
    {
        var first = text.AsSpan().IndexOfAnyExcept(Plain);
        if (first < 0)
        {
            return text;
        }

        var neutral = new StringBuilder(text.Length + 16);
        neutral.Append(text, 0, first);
        var changed = false;
        // A lone surrogate is enumerated as U+FFFD.
        foreach (var rune in text.AsSpan(first).EnumerateRunes())
        {
            if (rune.Value == '\n' && keepsLines)
            {
                neutral.Append('\n');
            }
            else if (rune.Value == '\t' && keepsLines)
            {
                neutral.Append(' ');
                changed = true;
            }
            else if (IsHarmful(rune))
            {
                AppendVisible(neutral, rune.Value);
                changed = true;
            }
            else
            {
                neutral.Append(rune.ToString());
                changed |= rune == Rune.ReplacementChar;
            }
        }

        return changed ? neutral.ToString() : text;
    }

    /// <summary>Controls, and format characters: bidirectional overrides and isolates, zero-width characters, tags.</summary>
    private static bool IsHarmful(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control
        or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator;

    private static void AppendVisible(StringBuilder neutral, int code)
    {
        switch (code)
        {
            // Unicode has pictures of these: ␛ for ESC.
            case < 0x20:
                neutral.Append((char)(0x2400 + code));
                break;
            case 0x7F:
                neutral.Append('\u2421');
                break;
            case <= 0xFFFF:
                neutral.Append(CultureInfo.InvariantCulture, $"\\u{code:X4}");
                break;
            default:
                neutral.Append(CultureInfo.InvariantCulture, $"\\U{code:X8}");
                break;
        }
    }
}
