using System.Globalization;
using System.Text;

namespace FalcoStreamer.Reporting;

/// <summary>Cuts text where a receiver counts bytes.</summary>
internal static class Utf8Cut
{
    /// <summary>
    /// <paramref name="text"/> in at most <paramref name="maxBytes"/> bytes of UTF-8: cut between two characters, with a mark that says how much is missing.
    /// The same instance when it fits.
    /// </summary>
    public static string To(string text, int maxBytes)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes <= maxBytes)
        {
            return text;
        }

        // The mark's number is never longer than the whole length.
        var room = maxBytes - Encoding.UTF8.GetByteCount(Mark(bytes));
        if (room < 0)
        {
            return text[..CharsWithin(text, maxBytes)];
        }

        var kept = CharsWithin(text, room);
        return text[..kept] + Mark(bytes - Encoding.UTF8.GetByteCount(text.AsSpan(0, kept)));
    }

    private static string Mark(int missing) => string.Create(CultureInfo.InvariantCulture, $"… ({missing} bytes more)");

    /// <summary>How many UTF-16 units of <paramref name="text"/> fit, whole characters only.</summary>
    public static int CharsWithin(string text, int maxBytes)
    {
        var bytes = 0;
        var chars = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (bytes + rune.Utf8SequenceLength > maxBytes)
            {
                break;
            }

            bytes += rune.Utf8SequenceLength;
            chars += rune.Utf16SequenceLength;
        }

        return chars;
    }
}
