using System.Globalization;
using System.Text;
using FalcoStreamer.Alerts;

namespace FalcoStreamer.Correlation;

/// <summary>
/// The answer to what a predicate asks about: text as Falco sent it, text of ours, or a number. The default is "not known".
/// </summary>
internal readonly struct Fact
{
    private readonly Utf8Text _utf8;
    private readonly string? _text;
    private readonly double _quantity;

    private Fact(Utf8Text utf8, string? text, double quantity)
    {
        _utf8 = utf8;
        _text = text;
        _quantity = quantity;
    }

    public bool IsKnown => _utf8.IsPresent || _text is not null;

    public static Fact From(Utf8Text text) => text.IsPresent ? new Fact(text, null, double.NaN) : default;

    public static Fact From(string? text) => text is null ? default : new Fact(default, text, double.NaN);

    public static Fact From(bool? truth) => truth is { } value ? From(value ? "true" : "false") : default;

    public static Fact From(TimeSpan? span) => span is { } value
        ? new Fact(default, Show(value), value.TotalSeconds)
        : default;

    public bool Is(string value, ReadOnlySpan<byte> utf8Value) =>
        _text is not null ? string.Equals(_text, value, StringComparison.Ordinal) : _utf8.Is(utf8Value);

    public bool Contains(string value, ReadOnlySpan<byte> utf8Value) =>
        _text is not null ? _text.Contains(value, StringComparison.Ordinal) : _utf8.Span.IndexOf(utf8Value) >= 0;

    public bool StartsWith(string value, ReadOnlySpan<byte> utf8Value) =>
        _text is not null ? _text.StartsWith(value, StringComparison.Ordinal) : _utf8.Span.StartsWith(utf8Value);

    /// <summary>The number, in seconds where it is a time span; NaN for what is no number.</summary>
    public double Quantity()
    {
        if (!double.IsNaN(_quantity))
        {
            return _quantity;
        }

        return double.TryParse(_utf8.Span, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;
    }

    /// <summary>How many characters <see cref="CopyTo"/> writes at most.</summary>
    public int MaxCharCount => _text?.Length ?? _utf8.Span.Length;

    /// <summary>Writes the text without making a string of it; returns how many characters it has.</summary>
    public int CopyTo(Span<char> buffer)
    {
        if (_text is null)
        {
            return Encoding.UTF8.GetChars(_utf8.Span, buffer);
        }

        _text.CopyTo(buffer);
        return _text.Length;
    }

    public override string ToString() => _text ?? Encoding.UTF8.GetString(_utf8.Span);

    private static string Show(TimeSpan span) => span.TotalSeconds switch
    {
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.#} s"),
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} s"),
        < 7200 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0} h"),
    };
}
