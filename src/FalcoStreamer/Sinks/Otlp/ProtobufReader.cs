using System.Buffers.Binary;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>Walks the members of one protobuf message. Every step goes on or throws, so hostile bytes end it too.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;
    private int _wireType;

    /// <summary>The number of the member that is to be read or skipped next; 0 at the end.</summary>
    /// <exception cref="OtlpFormatException">There is no member where one should begin.</exception>
    public int ReadMember()
    {
        if (_rest.IsEmpty)
        {
            return 0;
        }

        var tag = ReadVarintValue();
        _wireType = (int)(tag & 7);
        return tag is >= 8 and <= uint.MaxValue ? (int)(tag >> 3) : throw Broken();
    }

    /// <exception cref="OtlpFormatException">The member is of another kind, or breaks off.</exception>
    public ulong ReadVarint() => _wireType == 0 ? ReadVarintValue() : throw Broken();

    /// <inheritdoc cref="ReadVarint"/>
    public ulong ReadFixed64() => _wireType == 1 ? BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong))) : throw Broken();

    /// <inheritdoc cref="ReadVarint"/>
    public ReadOnlySpan<byte> ReadBytes()
    {
        if (_wireType != 2)
        {
            throw Broken();
        }

        var length = ReadVarintValue();
        return length <= (ulong)_rest.Length ? Take((int)length) : throw Broken();
    }

    /// <inheritdoc cref="ReadVarint"/>
    public void Skip()
    {
        _ = _wireType switch
        {
            0 => (int)ReadVarintValue(),
            1 => Take(sizeof(ulong)).Length,
            2 => ReadBytes().Length,
            5 => Take(sizeof(uint)).Length,
            _ => throw Broken(),
        };
    }

    private ulong ReadVarintValue()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Broken();
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
        {
            throw Broken();
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    private readonly OtlpFormatException Broken() => new($"the protobuf message breaks off or is not one, {_rest.Length} bytes before its end");
}
