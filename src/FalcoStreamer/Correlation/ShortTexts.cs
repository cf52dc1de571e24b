using System.Buffers;
using System.Text;

namespace FalcoStreamer.Correlation;

/// <summary>Finds which of some short texts lie within a value.</summary>
/// <remarks>The runtime looks for many texts at once with the processor's vectors, but only in characters; making those of bytes costs little.</remarks>
internal sealed class ShortTexts
{
    private const int MostOnStack = 1024;

    private readonly SearchValues<string> _any;
    private readonly Dictionary<char, (string Text, int[] Items)[]> _byFirst;

    public ShortTexts(IReadOnlyList<WantedText> texts)
    {
        var all = texts.Select(text => (Text: Encoding.UTF8.GetString(text.Utf8), text.Items)).ToList();
        _any = SearchValues.Create([.. all.Select(text => text.Text)], StringComparison.Ordinal);
        _byFirst = all.GroupBy(text => text.Text[0]).ToDictionary(group => group.Key, group => group.ToArray());
    }

    /// <summary>Adds the items of all texts that lie within <paramref name="utf8"/>; linear in its length.</summary>
    public void Find(ReadOnlySpan<byte> utf8, Candidates found)
    {
        var rented = utf8.Length > MostOnStack ? ArrayPool<char>.Shared.Rent(utf8.Length) : null;
        var buffer = rented ?? stackalloc char[MostOnStack];
        FindIn(buffer[..Encoding.UTF8.GetChars(utf8, buffer)], found);
        if (rented is not null)
        {
            ArrayPool<char>.Shared.Return(rented);
        }
    }

    private void FindIn(ReadOnlySpan<char> value, Candidates found)
    {
        for (var next = value.IndexOfAny(_any); next >= 0; next = value.IndexOfAny(_any))
        {
            value = value[next..];
            foreach (var (text, items) in _byFirst[value[0]])
            {
                if (value.StartsWith(text))
                {
                    found.Add(items);
                }
            }

            value = value[1..];
        }
    }
}
