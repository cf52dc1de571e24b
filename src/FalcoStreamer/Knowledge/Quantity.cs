using System.Globalization;
using System.Text.RegularExpressions;

namespace FalcoStreamer.Knowledge;

/// <summary>Numbers and durations in knowledge files.</summary>
internal static partial class Quantity
{
    /// <summary>Reads <c>5</c> as it is and <c>500ms</c>, <c>10s</c>, <c>5m</c> or <c>1h</c> as seconds.</summary>
    public static bool TryRead(string text, out double quantity)
    {
        var match = Pattern().Match(text);
        quantity = match.Success
            ? double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) * match.Groups[2].Value switch
            {
                "ms" => 0.001,
                "m" => 60,
                "h" => 3600,
                _ => 1,
            }
            : 0;
        return match.Success;
    }

    [GeneratedRegex(@"^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|)$", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
