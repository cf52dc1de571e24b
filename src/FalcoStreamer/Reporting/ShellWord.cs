using System.Text;

namespace FalcoStreamer.Reporting;

/// <summary>Writes a value so that a POSIX shell reads exactly that value, wherever in a command it stands.</summary>
internal static class ShellWord
{
    /// <summary>What is longer is not fit for a command that a person copies.</summary>
    private const int MaxBytes = 4096;

    /// <summary>
    /// The value within <paramref name="quote"/>, the quote that is open where it is written (<c>'\0'</c> for none); null when no text that is safe to
    /// copy means it: a copied line must not hide a newline or an escape sequence, and a leading dash would be an option.
    /// </summary>
    public static string? From(string value, char quote)
    {
        if (value.Length == 0 || value[0] == '-' || value.Contains('\uFFFD')
            || Encoding.UTF8.GetByteCount(value) > MaxBytes || NeutralText.OneLine(value) != value)
        {
            return null;
        }

        return quote switch
        {
            '\'' => value.Replace("'", @"'\''", StringComparison.Ordinal),
            '"' => EscapeForDoubleQuotes(value),
            _ when value.All(IsPlain) => value,
            _ => $"'{value.Replace("'", @"'\''", StringComparison.Ordinal)}'",
        };
    }

    /// <summary>The quote that is open behind <paramref name="text"/> when <paramref name="quote"/> was open before it.</summary>
    public static char QuoteAfter(ReadOnlySpan<char> text, char quote)
    {
        for (var position = 0; position < text.Length; position++)
        {
            var next = text[position];
            if (next == '\\' && quote != '\'')
            {
                position++;
            }
            else if (next == quote)
            {
                quote = '\0';
            }
            else if (quote == '\0' && next is '\'' or '"')
            {
                quote = next;
            }
        }

        return quote;
    }

    private static bool IsPlain(char character) => char.IsAsciiLetterOrDigit(character) || "_@%+=:,./-".Contains(character, StringComparison.Ordinal);

    private static string EscapeForDoubleQuotes(string value)
    {
        var escaped = new StringBuilder(value.Length + 8);
        foreach (var character in value)
        {
            if (character is '"' or '\\' or '$' or '`')
            {
                escaped.Append('\\');
            }

            escaped.Append(character);
        }

        return escaped.ToString();
    }
}
