using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace FalcoStreamer.Alerts;

/// <summary>Names of fields, prepared so that one look through an alert finds all of them. Immutable.</summary>
internal sealed class FieldNames
{
    private readonly byte[][] _names;

    // The number of a name, or -1; a name stands in the first free place from its hash on.
    private readonly int[] _places;
    private readonly int _shift;

    /// <param name="names">Each name once.</param>
    public FieldNames(IReadOnlyList<string> names)
    {
        _names = [.. names.Select(Encoding.UTF8.GetBytes)];
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(names.Count, 1) * 4);
        _shift = 64 - BitOperations.Log2((uint)size);
        _places = new int[size];
        Array.Fill(_places, -1);
        for (var number = 0; number < _names.Length; number++)
        {
            var place = PlaceOf(_names[number]);
            while (_places[place] >= 0)
            {
                place = (place + 1) & (size - 1);
            }

            _places[place] = number;
        }
    }

    public int Count => _names.Length;

    /// <summary>The number of a name, in the order in which they were given; -1 for any other.</summary>
    public int NumberOf(ReadOnlySpan<byte> name)
    {
        for (var place = PlaceOf(name); _places[place] is >= 0 and var number; place = (place + 1) & (_places.Length - 1))
        {
            if (name.SequenceEqual(_names[number]))
            {
                return number;
            }
        }

        return -1;
    }

    /// <summary>Falco's names differ at their ends, so the last bytes and the length are enough to tell them apart.</summary>
    private int PlaceOf(ReadOnlySpan<byte> name)
    {
        var key = name.Length >= sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(name[^sizeof(ulong)..]) : Short(name);
        return (int)(((key ^ (uint)name.Length) * 0x9E3779B97F4A7C15) >> _shift);
    }

    private static ulong Short(ReadOnlySpan<byte> name)
    {
        var key = 0UL;
        foreach (var value in name)
        {
            key = (key << 8) | value;
        }

        return key;
    }
}
