using System.Globalization;
using System.Text;

namespace FalcoStreamer.Reporting;

/// <summary>Cuts text to a number of bytes of UTF-8, which is how the other side counts, and says how much is missing.</summary>
internal static class Utf8Cut
{
    private const int MostBytesPerChar = 3;

    /// <summary>
    /// <paramref name="text"/> itself when it fits, else as many whole characters as fit with a mark behind them, e.g. <c>… [1234 more bytes]</c>.
    /// Where not even the mark fits, whole characters alone.
    /// </summary>
    /// <param name="text">A lone surrogate counts as the three bytes of U+FFFD, which is what an encoder makes of it.</param>
    /// <param name="maxBytes">How many bytes the result has at most, its mark included.</param>
    public static string To(string text, int maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        // No character takes more than three bytes (a pair of surrogates is two characters and four bytes): short text is never counted.
        if (text.Length <= maxBytes / MostBytesPerChar)
        {
            return text;
        }

        var total = Encoding.UTF8.GetByteCount(text);
        if (total <= maxBytes)
        {
            return text;
        }

        // The number that the mark will say is at most the whole, so it never takes more room than this.
        var room = maxBytes - Encoding.UTF8.GetByteCount(Mark(total));
        if (room <= 0)
        {
            return text[..Fitting(text, maxBytes).Length];
        }

        var (length, bytes) = Fitting(text, room);
        return string.Concat(text.AsSpan(0, length), Mark(total - bytes));
    }

    private static string Mark(int missing) => string.Create(CultureInfo.InvariantCulture, $"… [{missing} more bytes]");

    /// <summary>The longest beginning of whole characters that fits, in UTF-16 units and in bytes.</summary>
    private static (int Length, int Bytes) Fitting(string text, int room)
    {
        var length = 0;
        var bytes = 0;
        while (length < text.Length)
        {
            _ = Rune.DecodeFromUtf16(text.AsSpan(length), out var rune, out var units);
            if (bytes + rune.Utf8SequenceLength > room)
            {
                break;
            }

            length += units;
            bytes += rune.Utf8SequenceLength;
        }

        return (length, bytes);
    }
}
