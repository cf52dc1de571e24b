using System.Text;

namespace FalcoStreamer.Reporting;

/// <summary>Breaks a text into lines between its words, and within a word only where it is longer than a line.</summary>
internal static class LineWrap
{
    /// <param name="width">At least one; counted in characters as people count them, surrogate pairs as one.</param>
    public static List<string> Split(string text, int width)
    {
        List<string> lines = [];
        var line = new StringBuilder();
        var length = 0;
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var wordLength = word.EnumerateRunes().Count();
            if (length > 0 && length + 1 + wordLength > width)
            {
                lines.Add(line.ToString());
                line.Clear();
                length = 0;
            }
            else if (length > 0)
            {
                line.Append(' ');
                length++;
            }

            foreach (var rune in word.EnumerateRunes())
            {
                if (length == width)
                {
                    lines.Add(line.ToString());
                    line.Clear();
                    length = 0;
                }

                line.Append(rune.ToString());
                length++;
            }
        }

        lines.Add(line.ToString());
        return lines;
    }
}
