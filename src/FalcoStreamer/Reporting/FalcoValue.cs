using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace FalcoStreamer.Reporting;

/// <summary>
/// Writes an observed value so that Falco, after YAML and after its own filter language, compares with exactly that value.
/// </summary>
/// <remarks>
/// Falco 0.37 to 0.44 paste an exception's values into a condition: one with a blank is put between double quotes as it is, any other stays bare. So
/// whatever either way would change carries its own quotes. Its rule compiler and filter lexer say so, its documentation does not.
/// </remarks>
internal static partial class FalcoValue
{
    private const int MaxBytes = 4096;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The value as a YAML scalar; null when nothing would mean it.</summary>
    public static string? ToYaml(ReadOnlySpan<byte> value) => ToFilter(value) is { } item ? YamlScalar(item) : null;

    /// <summary>A double-quoted YAML scalar in which nothing invisible is left.</summary>
    public static string YamlScalar(string text)
    {
        var scalar = new StringBuilder(text.Length + 8).Append('"');
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '"' => scalar.Append("\\\""),
                '\\' => scalar.Append(@"\\"),
                '\n' => scalar.Append(@"\n"),
                '\t' => scalar.Append(@"\t"),
                ' ' => scalar.Append(' '),
                _ when IsVisible(rune) => scalar.Append(rune.ToString()),
                <= 0xFFFF => scalar.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}"),
                _ => scalar.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:X8}"),
            };
        }

        return scalar.Append('"').ToString();
    }

    /// <summary>The value as an item of Falco's filter language; null when it has no form there.</summary>
    private static string? ToFilter(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty || value.Length > MaxBytes || !TryRead(value, out var text))
        {
            return null;
        }

        // Falco puts the items of a list wherever its name stands between blanks or commas, also in the middle of a quoted text, so a value
        // with such a word would come to mean something else. Names of lists that a user chose otherwise cannot be known here.
        if (ListName().IsMatch(text))
        {
            return null;
        }

        // The lexer takes a backslash before the closing quote for an escaped quote, whatever stands before the backslash.
        if (text.EndsWith('\\') || text.Any(character => char.IsControl(character) && character is not ('\n' or '\r' or '\t')))
        {
            return null;
        }

        return NeedsOwnQuotes(text) ? Quote(text) : text;
    }

    private static bool TryRead(ReadOnlySpan<byte> value, out string text)
    {
        try
        {
            text = Strict.GetString(value);
            return true;
        }
        catch (DecoderFallbackException)
        {
            // Not UTF-8: YAML cannot carry it.
            text = "";
            return false;
        }
    }

    private static bool NeedsOwnQuotes(string text)
    {
        if (text.AsSpan().ContainsAny("\"\\\n\r\t") || text[0] == '\'')
        {
            return true;
        }

        return !text.Contains(' ', StringComparison.Ordinal)
            && !text.All(character => char.IsAsciiLetterOrDigit(character) || "_@%+:./-".Contains(character, StringComparison.Ordinal));
    }

    private static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 8).Append('"');
        foreach (var character in text)
        {
            _ = character switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append(@"\\"),
                '\n' => quoted.Append(@"\n"),
                '\r' => quoted.Append(@"\r"),
                '\t' => quoted.Append(@"\t"),
                _ => quoted.Append(character),
            };
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>A word that is named as Falco's own rules name their lists, e.g. <c>shell_binaries</c>.</summary>
    [GeneratedRegex(
        @"(^|[\s(),=])[a-z0-9]+(_[a-z0-9]+)*_(addresses|apps|binaries|cmdlines|commands|containers|dirs|directories|domains|extensions|files|filenames|images|ips|mounts|names|paths|ports|prefixes|processes|procs|programs|repos|repositories|servers|services|tools|users)($|[\s(),=])",
        RegexOptions.CultureInvariant)]
    private static partial Regex ListName();

    private static bool IsVisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
}
