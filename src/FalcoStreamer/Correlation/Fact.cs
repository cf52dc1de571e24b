using System.Globalization;
using System.Text;
using FalcoStreamer.Alerts;

namespace FalcoStreamer.Correlation;

/// <summary>
/// The answer to what a predicate asks about: text as Falco sent it, text of ours, a number, or a set of texts. The default is "not known".
/// </summary>
/// <remarks>A number becomes text only when a person shall read it.</remarks>
internal readonly struct Fact
{
    // Many alerts carry more than a person wants to read of one value.
    private const int MostElementsShown = 5;
    private const int MostShown = 256;

    private static readonly object Seconds = new();
    private static readonly object Plain = new();

    private readonly Utf8Text _utf8;

    // A string, a set, or one of the two above where the value is a number.
    private readonly object? _object;
    private readonly double _quantity;

    private Fact(Utf8Text utf8, object? value, double quantity)
    {
        _utf8 = utf8;
        _object = value;
        _quantity = quantity;
    }

    public bool IsKnown => _utf8.IsPresent || _object is not null;

    /// <summary>Whether it is a set; then only its elements can be compared.</summary>
    public bool IsSet => _object is IReadOnlyList<string> or IReadOnlyList<Utf8Text>;

    /// <summary>How many elements a set has.</summary>
    public int Count => _object switch
    {
        IReadOnlyList<string> texts => texts.Count,
        IReadOnlyList<Utf8Text> texts => texts.Count,
        _ => 0,
    };

    private string? OwnText => _object as string;

    public static Fact From(Utf8Text text) => text.IsPresent ? new Fact(text, null, double.NaN) : default;

    public static Fact From(string? text) => new(default, text, double.NaN);

    public static Fact From(bool? truth) => truth is { } value ? From(value ? "true" : "false") : default;

    public static Fact From(TimeSpan? span) => span is { } value ? new Fact(default, Seconds, value.TotalSeconds) : default;

    public static Fact From(int? number) => number is { } value ? new Fact(default, Plain, value) : default;

    public static Fact From(IReadOnlyList<string>? set) => new(default, set, double.NaN);

    public static Fact From(IReadOnlyList<Utf8Text>? set) => new(default, set, double.NaN);

    /// <summary>An element of a set.</summary>
    public Fact Element(int index) => _object switch
    {
        IReadOnlyList<string> texts => From(texts[index]),
        IReadOnlyList<Utf8Text> texts => From(texts[index]),
        _ => default,
    };

    public bool Is(string value, ReadOnlySpan<byte> utf8Value) => _object switch
    {
        string text => string.Equals(text, value, StringComparison.Ordinal),
        null => _utf8.Is(utf8Value),
        _ => string.Equals(ToString(), value, StringComparison.Ordinal),
    };

    public bool Contains(string value, ReadOnlySpan<byte> utf8Value) =>
        OwnText is { } text ? text.Contains(value, StringComparison.Ordinal) : _utf8.Span.IndexOf(utf8Value) >= 0;

    public bool StartsWith(string value, ReadOnlySpan<byte> utf8Value) =>
        OwnText is { } text ? text.StartsWith(value, StringComparison.Ordinal) : _utf8.Span.StartsWith(utf8Value);

    public bool EndsWith(string value, ReadOnlySpan<byte> utf8Value) =>
        OwnText is { } text ? text.EndsWith(value, StringComparison.Ordinal) : _utf8.Span.EndsWith(utf8Value);

    /// <summary>The number, in seconds where it is a time span; NaN for what is no number.</summary>
    public double Quantity()
    {
        if (!double.IsNaN(_quantity))
        {
            return _quantity;
        }

        return double.TryParse(_utf8.Span, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;
    }

    /// <summary>How many characters the text has at most.</summary>
    public int MaxCharCount => OwnText?.Length ?? _utf8.Span.Length;

    /// <summary>Writes the text, or as much of it as there is room for, without making a string of it; returns how many characters were written.</summary>
    public int CopyTo(Span<char> buffer)
    {
        if (OwnText is { } text)
        {
            var length = Math.Min(text.Length, buffer.Length);
            text.AsSpan(0, length).CopyTo(buffer);
            return length;
        }

        // No byte becomes more than one character.
        var utf8 = _utf8.Span;
        return Encoding.UTF8.GetChars(utf8[..Math.Min(utf8.Length, buffer.Length)], buffer);
    }

    /// <summary>The bytes of a text that Falco sent; false for a text of ours, which must be encoded.</summary>
    public bool TryGetUtf8(out ReadOnlySpan<byte> utf8)
    {
        utf8 = _utf8.Span;
        return _object is null;
    }

    /// <summary>Writes a text of ours as UTF-8; returns how many bytes it has.</summary>
    public int Encode(Span<byte> buffer) => Encoding.UTF8.GetBytes(OwnText, buffer);

    /// <summary>The whole text; a set's elements with commas between them.</summary>
    public override string ToString() => _object switch
    {
        null => Encoding.UTF8.GetString(_utf8.Span),
        string text => text,
        _ when _object == Seconds => Show(TimeSpan.FromSeconds(_quantity)),
        _ when _object == Plain => _quantity.ToString(CultureInfo.InvariantCulture),
        _ => ShowSet(),
    };

    /// <summary>The text for a sentence, cut where it is long.</summary>
    public string ToShortString()
    {
        // Four bytes are one character at most, so that a megabyte is never made a string to show its beginning.
        var text = _object is null && _utf8.Span.Length > MostShown * 4
            ? Encoding.UTF8.GetString(_utf8.Span[..(MostShown * 4)])
            : ToString();
        return text.Length > MostShown ? $"{text[..(char.IsHighSurrogate(text[MostShown - 1]) ? MostShown - 1 : MostShown)]}…" : text;
    }

    private static string Show(TimeSpan span) => span.TotalSeconds switch
    {
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.#} s"),
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} s"),
        < 7200 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0} h"),
    };

    private string ShowSet()
    {
        var shown = new List<string>();
        for (var i = 0; i < Math.Min(Count, MostElementsShown); i++)
        {
            shown.Add(Element(i).ToShortString());
        }

        return Count switch
        {
            0 => "none",
            > MostElementsShown => $"{string.Join(", ", shown)} and {Count - MostElementsShown} more",
            _ => string.Join(", ", shown),
        };
    }
}
