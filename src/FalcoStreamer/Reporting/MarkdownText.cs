using System.Text;

namespace FalcoStreamer.Reporting;

/// <summary>Puts text that somebody else chose into Markdown so that it can only be read.</summary>
internal static class MarkdownText
{
    /// <summary>
    /// One line of prose: nothing in it becomes a heading, list, link, image, emphasis or HTML, on GitHub either, and it stays
    /// readable where Markdown is shown as it is.
    /// </summary>
    public static string Prose(string text)
    {
        var line = ReportText.Line(text, int.MaxValue).Trim();
        var escaped = new StringBuilder(line.Length + 16);
        for (var position = 0; position < line.Length; position++)
        {
            if (IsAlive(line, position))
            {
                escaped.Append('\\');
            }

            escaped.Append(line[position]);
        }

        return escaped.ToString();
    }

    /// <summary>A quotation as inline code, behind a fence that is longer than any run of backticks in it.</summary>
    public static string Code(string text, int maxBytes = ReportText.MaxValueBytes)
    {
        var line = ReportText.Line(text, maxBytes);
        if (line.Length == 0)
        {
            return "(empty)";
        }

        var fence = new string('`', LongestRun(line) + 1);
        // Markdown takes one blank off both ends, so these are seen as they were.
        var pad = line[0] is '`' or ' ' || line[^1] is '`' or ' ' ? " " : "";
        return $"{fence}{pad}{line}{pad}{fence}";
    }

    /// <summary>Lines as a block of code, behind a fence that is longer than any run of backticks in them.</summary>
    public static void AppendBlock(StringBuilder markdown, string language, string lines)
    {
        var safe = ReportText.Lines(lines).TrimEnd('\n');
        var fence = new string('`', Math.Max(3, LongestRun(safe) + 1));
        markdown.Append(fence).Append(language).Append('\n').Append(safe).Append('\n').Append(fence).Append('\n');
    }

    private static bool IsAlive(string line, int position)
    {
        var next = position + 1 < line.Length ? line[position + 1] : '\0';
        var last = position > 0 ? line[position - 1] : '\0';
        return line[position] switch
        {
            '\\' or '`' or '*' or '<' or '~' or '$' => true,
            // Within a word it is only a letter.
            '_' => !(char.IsLetterOrDigit(last) && char.IsLetterOrDigit(next)),
            ']' => next is '(' or '[' or ':',
            '[' => position == 0 || next is '^',
            '&' => next == '#' || char.IsAsciiLetter(next),
            // GitHub makes links of bare addresses.
            '/' => last == ':' && next == '/',
            '.' => last is 'w' or 'W' && EndsWithWww(line.AsSpan(0, position)) || IsListMarker(line, position),
            ')' => IsListMarker(line, position),
            '#' or '>' or '-' or '+' or '=' or '|' => position == 0,
            _ => false,
        };
    }

    private static bool EndsWithWww(ReadOnlySpan<char> before) => before.EndsWith("www", StringComparison.OrdinalIgnoreCase);

    private static bool IsListMarker(string line, int position) => position is > 0 and < 10 && line.AsSpan(0, position).IndexOfAnyExceptInRange('0', '9') < 0;

    private static int LongestRun(string text)
    {
        var longest = 0;
        var run = 0;
        foreach (var character in text)
        {
            run = character == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return longest;
    }
}
