using System.Buffers.Binary;
using System.Text;

namespace FalcoStreamer.Correlation;

/// <summary>
/// Finds in one pass which of many texts may lie within a value: of each text the four bytes (two of a short one) are looked for that are rarest among all.
/// </summary>
internal sealed class GramTable
{
    private readonly int _size;
    private readonly int _shift;
    private readonly ulong[] _mayBe;
    private readonly Dictionary<uint, int[]> _items = [];

    /// <summary>Builds it; the texts must have at least <paramref name="size"/> bytes, which is 2 or 4.</summary>
    public GramTable(int size, IReadOnlyCollection<(string Text, int Item)> texts)
    {
        _size = size;
        var utf8 = texts.Select(text => (Bytes: Encoding.UTF8.GetBytes(text.Text), text.Item)).ToList();
        var frequency = utf8.SelectMany(text => GramsOf(text.Bytes)).CountBy(gram => gram).ToDictionary();
        foreach (var group in utf8.GroupBy(text => GramsOf(text.Bytes).MinBy(gram => frequency[gram]), text => text.Item))
        {
            _items[group.Key] = [.. group.Distinct()];
        }

        // Sixteen bits for each, so that few others pass.
        var bits = Math.Clamp((int)Math.Log2(Math.Max(_items.Count, 1)) + 5, 6, 20);
        _shift = 32 - bits;
        _mayBe = new ulong[1 << (bits - 6)];
        foreach (var gram in _items.Keys)
        {
            _mayBe[SlotOf(gram) >> 6] |= 1UL << (int)(SlotOf(gram) & 63);
        }
    }

    /// <summary>Adds the items of all texts that may lie within <paramref name="value"/>; linear in its length.</summary>
    public void Find(ReadOnlySpan<byte> value, Candidates found)
    {
        for (var i = 0; i + _size <= value.Length; i++)
        {
            var gram = GramAt(value[i..]);
            var slot = SlotOf(gram);
            if ((_mayBe[slot >> 6] & (1UL << (int)(slot & 63))) != 0 && _items.TryGetValue(gram, out var items))
            {
                found.Add(items);
            }
        }
    }

    private uint SlotOf(uint gram) => (gram * 2654435769u) >> _shift;

    private uint GramAt(ReadOnlySpan<byte> value) =>
        _size == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(value) : BinaryPrimitives.ReadUInt16LittleEndian(value);

    private IEnumerable<uint> GramsOf(byte[] text) => Enumerable.Range(0, text.Length - _size + 1).Select(start => GramAt(text.AsSpan(start)));
}
