using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>
/// Writes protobuf straight into one growing buffer, which is kept from request to request. Objects that are first built and then measured and
/// written would cost four times as much (contracts/dotnet.md, "Where the CPU goes").
/// </summary>
internal sealed class ProtobufWriter
{
    private const int LengthDelimited = 2;

    private byte[] _buffer = new byte[16 * 1024];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Takes back what was written behind <paramref name="length"/>.</summary>
    public void Truncate(int length) => Length = length;

    public void Varint(int field, ulong value)
    {
        Tag(field, 0);
        RawVarint(value);
    }

    public void Fixed64(int field, ulong value)
    {
        Tag(field, 1);
        BinaryPrimitives.WriteUInt64LittleEndian(Take(sizeof(ulong)), value);
    }

    public void Double(int field, double value) => Fixed64(field, BitConverter.DoubleToUInt64Bits(value));

    /// <summary>Bytes, or a message that is encoded already.</summary>
    public void Bytes(int field, ReadOnlySpan<byte> bytes)
    {
        Tag(field, LengthDelimited);
        RawVarint((ulong)bytes.Length);
        bytes.CopyTo(Take(bytes.Length));
    }

    public void Text(int field, string text)
    {
        Tag(field, LengthDelimited);
        var size = Encoding.UTF8.GetByteCount(text);
        RawVarint((ulong)size);
        Encoding.UTF8.GetBytes(text, Take(size));
    }

    /// <summary>Text that need not be valid UTF-8: bad sequences become U+FFFD, because a receiver would refuse the whole request.</summary>
    public void Text(int field, ReadOnlySpan<byte> utf8)
    {
        if (Utf8.IsValid(utf8))
        {
            Bytes(field, utf8);
        }
        else
        {
            Text(field, Encoding.UTF8.GetString(utf8));
        }
    }

    /// <summary>Begins a message inside this one; what is returned goes to <see cref="End"/>.</summary>
    public int Begin(int field)
    {
        Tag(field, LengthDelimited);
        // One byte for the length; a longer one moves the content when it is known. Receivers need not take a padded length.
        Take(1);
        return Length;
    }

    public void End(int begin)
    {
        var size = Length - begin;
        var extra = SizeOf((ulong)size) - 1;
        if (extra > 0)
        {
            Take(extra);
            Buffer.BlockCopy(_buffer, begin, _buffer, begin + extra, size);
        }

        var end = Length;
        Length = begin - 1;
        RawVarint((ulong)size);
        Length = end;
    }

    private static int SizeOf(ulong value)
    {
        var size = 1;
        for (; value >= 0x80; value >>= 7)
        {
            size++;
        }

        return size;
    }

    private void Tag(int field, int wireType) => RawVarint((ulong)((field << 3) | wireType));

    private void RawVarint(ulong value)
    {
        var target = Take(SizeOf(value));
        for (var i = 0; i < target.Length - 1; i++, value >>= 7)
        {
            target[i] = (byte)(value | 0x80);
        }

        target[^1] = (byte)value;
    }

    private Span<byte> Take(int count)
    {
        if (_buffer.Length - Length < count)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, Length + count));
        }

        var target = _buffer.AsSpan(Length, count);
        Length += count;
        return target;
    }
}
