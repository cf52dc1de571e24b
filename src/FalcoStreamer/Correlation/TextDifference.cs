namespace FalcoStreamer.Correlation;

/// <summary>Says which part of a text gives an imitation away.</summary>
internal static class TextDifference
{
    private const int MostShown = 120;

    /// <summary>
    /// Compares <paramref name="seen"/> with the most similar of <paramref name="expected"/>: e.g. <c>"; curl …" follows it</c>; null where it is one of them.
    /// </summary>
    public static string? Describe(string seen, IReadOnlyList<string> expected)
    {
        if (expected.Contains(seen, StringComparer.Ordinal))
        {
            return null;
        }

        foreach (var text in expected)
        {
            var start = seen.IndexOf(text, StringComparison.Ordinal);
            if (start >= 0 && seen.Length > text.Length)
            {
                var before = seen[..start];
                var after = seen[(start + text.Length)..];
                return (before.Length > 0, after.Length > 0) switch
                {
                    (true, true) => $"{Quote(before)} stands before it and {Quote(after)} behind it",
                    (true, false) => $"{Quote(before)} stands before it",
                    _ => Following(after),
                };
            }
        }

        var nearest = expected.MaxBy(text => CommonPrefix(seen, text)) ?? "";
        var same = CommonPrefix(seen, nearest);
        var rest = seen[same..];
        return rest.Length == 0
            ? $"it breaks off before {Quote(nearest[same..])}"
            : $"it has {Quote(rest)} where {Quote(nearest[same..])} belongs";
    }

    /// <summary>Says that <paramref name="addition"/> follows what was expected.</summary>
    public static string Following(string addition) => $"{Quote(addition)} follows it";

    private static int CommonPrefix(string left, string right) => left.AsSpan().CommonPrefixLength(right);

    private static string Quote(string text) =>
        text.Length > MostShown ? $"“{text[..MostShown]}…”" : $"“{text}”";
}
