using System.Text;

namespace FalcoStreamer.Alerts;

/// <summary>
/// Text as Falco sent it: UTF-8 that need not be valid. It becomes a string only where a person will read it,
/// and then bad sequences become U+FFFD.
/// </summary>
/// <remarks>The default value is absent, which is neither empty nor equal to anything.</remarks>
internal readonly struct Utf8Text : IEquatable<Utf8Text>
{
    private readonly ReadOnlyMemory<byte> _bytes;

    /// <summary>Text over <paramref name="bytes"/>, which are not copied.</summary>
    public Utf8Text(ReadOnlyMemory<byte> bytes)
    {
        _bytes = bytes;
        IsPresent = true;
    }

    /// <summary>False where Falco sent nothing, null or <c>&lt;NA&gt;</c>.</summary>
    public bool IsPresent { get; }

    /// <summary>The bytes; empty when absent.</summary>
    public ReadOnlySpan<byte> Span => _bytes.Span;

    /// <summary>The bytes; empty when absent.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes;

    public static Utf8Text From(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>Whether the text is present and exactly <paramref name="other"/>.</summary>
    public bool Is(ReadOnlySpan<byte> other) => IsPresent && Span.SequenceEqual(other);

    public bool Equals(Utf8Text other) => IsPresent && other.IsPresent && Span.SequenceEqual(other.Span);

    public override bool Equals(object? obj) => obj is Utf8Text other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>The text for people; null when absent.</summary>
    public string? ToStringOrNull() => IsPresent ? Encoding.UTF8.GetString(Span) : null;

    /// <summary>The text for people; empty when absent.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Span);
}
