using System.Buffers;
using System.Text.RegularExpressions;

namespace FalcoStreamer.Knowledge;

/// <summary>
/// A regular expression that is asked only where it can match: nearly always one of the texts that it needs is not there, and to see that takes a
/// hundredth of the time. Made ready when it is first asked, because making hundreds ready would take seconds at the start.
/// </summary>
/// <remarks>Immutable to those who use it; several threads may make it ready at once.</remarks>
internal sealed class TextPattern(string pattern)
{
    private readonly Lazy<SearchValues<string>[]> _needed = new(
        () => [.. PatternLiterals.Of(pattern).Select(texts => SearchValues.Create([.. texts], StringComparison.Ordinal))]);

    private readonly Lazy<Regex> _regex = new(() => FieldPredicate.Compile(pattern));

    /// <summary>Whether it matches somewhere in <paramref name="text"/>; takes linear time.</summary>
    public bool IsMatch(ReadOnlySpan<char> text) => HasAllNeeded(text) && _regex.Value.IsMatch(text);

    /// <summary>
    /// Whether it matches somewhere in the beginning of a longer text such that it matches there in the whole text too: where it does not reach the cut,
    /// at which <c>$</c> would match.
    /// </summary>
    public bool IsMatchBeforeCut(ReadOnlySpan<char> beginning)
    {
        if (!HasAllNeeded(beginning))
        {
            return false;
        }

        foreach (var match in _regex.Value.EnumerateMatches(beginning))
        {
            // One character more than the match, because "$" also matches before a line's end at the end of the text.
            if (match.Index + match.Length + 1 < beginning.Length)
            {
                return true;
            }
        }

        return false;
    }

    private bool HasAllNeeded(ReadOnlySpan<char> text)
    {
        foreach (var texts in _needed.Value)
        {
            if (!text.ContainsAny(texts))
            {
                return false;
            }
        }

        return true;
    }
}
