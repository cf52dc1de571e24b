using System.Runtime.InteropServices;

namespace FalcoStreamer.Correlation;

/// <summary>A text that is looked for, and what it stands for.</summary>
internal sealed record WantedText(byte[] Utf8, int[] Items);

/// <summary>
/// Finds in one pass which of many texts lie within a value. Only every fourth place is looked at: each text is known by the four bytes at four places in a row,
/// one of which falls there, and where they are found the text is compared.
/// </summary>
internal sealed class GramTable
{
    /// <summary>The shortest text that it can find, in bytes.</summary>
    public const int ShortestText = GramSize + Stride - 1;

    private const int GramSize = sizeof(uint);

    // The next place is the next gram, so that a value can be walked through as grams.
    private const int Stride = GramSize;

    private const uint Multiplier = 2654435769;

    private readonly int _shift;
    private readonly ulong[] _mayBe;
    private readonly Dictionary<uint, Entry[]> _entries;

    public GramTable(IReadOnlyList<WantedText> texts)
    {
        var frequency = texts.SelectMany(text => GramsOf(text.Utf8)).CountBy(gram => gram).ToDictionary();
        _entries = texts.SelectMany(text => EntriesOf(text, frequency)).GroupBy(entry => entry.Gram).ToDictionary(group => group.Key, group => group.ToArray());
        // 64 bits for each, so that few others pass.
        var bits = Math.Clamp((int)Math.Log2(Math.Max(_entries.Count, 1)) + 7, 6, 20);
        _shift = 32 - bits;
        _mayBe = new ulong[1 << (bits - 6)];
        foreach (var gram in _entries.Keys)
        {
            _mayBe[SlotOf(gram) >> 6] |= 1UL << (int)(SlotOf(gram) & 63);
        }
    }

    /// <summary>Adds the items of all texts that lie within <paramref name="value"/>; linear in its length.</summary>
    public void Find(ReadOnlySpan<byte> value, Candidates found)
    {
        var mayBe = _mayBe;
        var shift = _shift;
        var grams = MemoryMarshal.Cast<byte, uint>(value);
        for (var i = 0; i < grams.Length; i++)
        {
            var slot = (grams[i] * Multiplier) >> shift;
            if ((mayBe[slot >> 6] & (1UL << (int)(slot & 63))) != 0)
            {
                Compare(value, i * GramSize, grams[i], found);
            }
        }
    }

    private void Compare(ReadOnlySpan<byte> value, int place, uint gram, Candidates found)
    {
        if (!_entries.TryGetValue(gram, out var entries))
        {
            return;
        }

        foreach (var entry in entries)
        {
            if (place >= entry.Offset && value[(place - entry.Offset)..].StartsWith(entry.Text.Utf8))
            {
                found.Add(entry.Text.Items);
            }
        }
    }

    /// <summary>The row of grams that are rarest together.</summary>
    private static IEnumerable<Entry> EntriesOf(WantedText text, Dictionary<uint, int> frequency)
    {
        var grams = GramsOf(text.Utf8).ToArray();
        var first = Enumerable.Range(0, grams.Length - Stride + 1).MinBy(start => grams[start..(start + Stride)].Sum(gram => frequency[gram]));
        return Enumerable.Range(first, Stride).Select(offset => new Entry(grams[offset], offset, text));
    }

    private static IEnumerable<uint> GramsOf(byte[] text) =>
        Enumerable.Range(0, text.Length - GramSize + 1).Select(start => MemoryMarshal.Read<uint>(text.AsSpan(start)));

    private uint SlotOf(uint gram) => (gram * Multiplier) >> _shift;

    /// <summary>Four bytes, and where in which text they are.</summary>
    private sealed record Entry(uint Gram, int Offset, WantedText Text);
}
