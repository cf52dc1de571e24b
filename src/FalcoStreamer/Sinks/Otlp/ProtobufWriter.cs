using System.Buffers.Binary;
using System.Numerics;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>
/// Writes protobuf straight into one reusable buffer, which is what makes OTLP cheap here (contracts/dotnet.md, "Where the CPU goes").
/// </summary>
/// <remarks>
/// The length of a nested message is put in front of it when it is closed. Its bytes are moved if the room that was guessed does not fit,
/// so that no length is longer than it must be: Go's collectors are not known to take padded ones.
/// </remarks>
internal sealed class ProtobufWriter(int capacity = 4096)
{
    private byte[] _bytes = new byte[capacity];

    /// <summary>How many bytes were written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written; valid until the next write.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    /// <inheritdoc cref="Memory"/>
    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    /// <summary>Begins anew; the buffer is kept.</summary>
    public void Clear() => Length = 0;

    /// <summary>Takes back everything after <paramref name="length"/>.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>The bytes a varint takes.</summary>
    public static int SizeOf(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    /// <summary>The bytes a length-delimited field takes whose number is below 16.</summary>
    public static int SizeOfField(int length) => 1 + SizeOf((uint)length) + length;

    public void WriteRaw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    public void WriteVarint(ulong value)
    {
        var room = Reserve(10);
        var count = 0;
        while (value >= 0x80)
        {
            room[count++] = (byte)(value | 0x80);
            value >>= 7;
        }

        room[count++] = (byte)value;
        Length += count;
    }

    /// <summary>Writes a varint field.</summary>
    public void WriteVarint(int field, ulong value)
    {
        WriteTag(field, 0);
        WriteVarint(value);
    }

    /// <summary>Writes a <c>fixed64</c> field.</summary>
    public void WriteFixed64(int field, ulong value)
    {
        WriteTag(field, 1);
        BinaryPrimitives.WriteUInt64LittleEndian(Reserve(sizeof(ulong)), value);
        Length += sizeof(ulong);
    }

    /// <summary>Writes a <c>double</c> field.</summary>
    public void WriteDouble(int field, double value) => WriteFixed64(field, BitConverter.DoubleToUInt64Bits(value));

    /// <summary>Writes a string or bytes field, or a message that is encoded already.</summary>
    public void WriteBytes(int field, ReadOnlySpan<byte> value)
    {
        WriteHead(field, value.Length);
        WriteRaw(value);
    }

    /// <summary>Writes what stands before the <paramref name="length"/> bytes of a length-delimited field.</summary>
    public void WriteHead(int field, int length)
    {
        WriteTag(field, 2);
        WriteVarint((uint)length);
    }

    /// <summary>
    /// Opens a nested message whose length will most probably take <paramref name="width"/> bytes.
    /// The result is for <see cref="End"/>.
    /// </summary>
    public Nested Begin(int field, int width)
    {
        WriteTag(field, 2);
        _ = Reserve(width);
        Length += width;
        return new Nested(Length, width);
    }

    /// <summary>Closes the message that <see cref="Begin"/> opened; those opened after it must be closed.</summary>
    public void End(Nested nested)
    {
        var length = Length - nested.Start;
        var width = SizeOf((uint)length);
        if (width != nested.Width)
        {
            _ = Reserve(width);
            _bytes.AsSpan(nested.Start, length).CopyTo(_bytes.AsSpan(nested.Start - nested.Width + width));
        }

        Length = nested.Start - nested.Width;
        WriteVarint((uint)length);
        Length += length;
    }

    private void WriteTag(int field, int wireType) => WriteVarint((uint)((field << 3) | wireType));

    /// <summary>Room for at least <paramref name="count"/> bytes behind what was written.</summary>
    private Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Math.Max(Length + count, 256)));
        }

        return _bytes.AsSpan(Length);
    }
}

/// <summary>A message that is being written: where its content starts and how many bytes were left for its length.</summary>
internal readonly record struct Nested(int Start, int Width);
