namespace FalcoStreamer.Knowledge;

/// <summary>A few texts, one of which stands at some place of a text. Immutable.</summary>
internal sealed class TextSet
{
    private const int Most = 32;
    private const int Longest = 64;

    private readonly string[] _texts;

    private TextSet(string[] texts) => _texts = texts;

    /// <summary>Only the empty text.</summary>
    public static TextSet Empty { get; } = new([""]);

    public IReadOnlyList<string> Texts => _texts;

    public int Shortest => _texts.Min(text => text.Length);

    public static TextSet Of(string text) => new([text]);

    /// <summary>One of these; null when they are too many.</summary>
    public static TextSet? OneOf(IEnumerable<string> texts) => Checked(texts.Distinct(StringComparer.Ordinal).ToArray());

    /// <summary>This, or nothing at its place.</summary>
    public TextSet? OrNothing() => OneOf(_texts.Append(""));

    /// <summary>This and <paramref name="next"/> right behind it; null when that is too much.</summary>
    public TextSet? Then(TextSet next) =>
        _texts.Length * next._texts.Length <= Most * Most ? OneOf(_texts.SelectMany(start => next._texts.Select(end => start + end))) : null;

    /// <summary>Without the texts that end with another one of them: where it does not matter what stands before, they say no more than that one.</summary>
    public TextSet WithoutLongerStarts() =>
        new([.. _texts.Where(text => !_texts.Any(other => other.Length < text.Length && text.EndsWith(other, StringComparison.Ordinal)))]);

    /// <summary>Without the texts that hold another one of them.</summary>
    public TextSet Reduced() =>
        new([.. _texts.Where(text => !_texts.Any(other => other.Length < text.Length && text.Contains(other, StringComparison.Ordinal)))]);

    private static TextSet? Checked(string[] texts) => texts.Length <= Most && texts.All(text => text.Length <= Longest) ? new TextSet(texts) : null;
}
