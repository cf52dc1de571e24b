namespace FalcoStreamer.Knowledge;

/// <summary>How far a misspelling is from a word.</summary>
internal static class EditDistance
{
    // Nobody misspells more than this, and it bounds the work.
    private const int Longest = 64;

    /// <summary>How many characters must be put in, taken out or changed; case does not count. Of a longer text than 64 characters: its length.</summary>
    public static int Between(string left, string right)
    {
        if (left.Length > Longest || right.Length > Longest)
        {
            return Math.Max(left.Length, right.Length);
        }

        Span<int> row = stackalloc int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var same = char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]);
                var changed = diagonal + (same ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
