namespace FalcoStreamer.Alerts;

/// <summary>
/// Finds an alert's parts in a <c>falco.outputs.response</c> (protos/falco/outputs.proto).
/// </summary>
/// <remarks>
/// Google.Protobuf refuses a string that is not valid UTF-8, and a real Falco sends such strings (contracts/dotnet.md, "Traps");
/// one of them would end the whole stream. So the message is read here, bytes first.
/// </remarks>
internal static class ProtobufAlertReader
{
    /// <exception cref="AlertFormatException">The bytes are not such a message.</exception>
    public static AlertIndex Read(ReadOnlySpan<byte> message)
    {
        var index = new AlertIndex();
        // Falco sends 10 to 25 fields; counting first would walk the message twice.
        var fields = new List<FieldSlot>(24);
        var tags = new List<Slot>(8);
        var hasRule = false;
        var position = 0;
        while (position < message.Length)
        {
            var (number, wireType) = ReadTag(message, ref position);
            switch (number, wireType)
            {
                case (1, 2):
                    index.Time = ReadTimestamp(message, ReadLengthDelimited(message, ref position));
                    break;
                case (2, 0):
                    index.Priority = ReadPriority(message, ref position);
                    break;
                case (4, 2):
                    index.Rule = Text(ReadLengthDelimited(message, ref position));
                    hasRule = true;
                    break;
                case (5, 2):
                    index.Output = Text(ReadLengthDelimited(message, ref position));
                    break;
                case (6, 2):
                    if (ReadField(message, ReadLengthDelimited(message, ref position)) is var field && !IsUnknown(message, field))
                    {
                        fields.Add(field);
                    }

                    break;
                case (7, 2):
                    index.Hostname = Text(ReadLengthDelimited(message, ref position));
                    break;
                case (8, 2):
                    tags.Add(Text(ReadLengthDelimited(message, ref position)));
                    break;
                case (9, 2):
                    index.Source = Text(ReadLengthDelimited(message, ref position));
                    break;
                default:
                    Skip(message, wireType, ref position);
                    break;
            }
        }

        if (!hasRule)
        {
            throw new AlertFormatException("the message names no rule (member 4): it is not a falco.outputs.response");
        }

        index.Fields = [.. fields];
        index.Tags = [.. tags];
        return index;
    }

    /// <summary>Every field of a message that <see cref="Read"/> has taken, also those without a value.</summary>
    public static List<FieldSlot> ReadFields(ReadOnlySpan<byte> message)
    {
        var fields = new List<FieldSlot>(24);
        var position = 0;
        while (position < message.Length)
        {
            var (number, wireType) = ReadTag(message, ref position);
            if ((number, wireType) == (6, 2))
            {
                fields.Add(ReadField(message, ReadLengthDelimited(message, ref position)));
            }
            else
            {
                Skip(message, wireType, ref position);
            }
        }

        return fields;
    }

    // Over gRPC null is this text (contracts/falco.md).
    private static bool IsUnknown(ReadOnlySpan<byte> message, FieldSlot field) =>
        message.Slice(field.Value.Start, field.Value.Length).SequenceEqual("<NA>"u8);

    private static FieldSlot ReadField(ReadOnlySpan<byte> message, (int Start, int Length) entry)
    {
        var name = new Slot(entry.Start, 0, SlotForm.Text);
        var value = new Slot(entry.Start, 0, SlotForm.Text);
        var position = entry.Start;
        var inside = message[..(entry.Start + entry.Length)];
        while (position < inside.Length)
        {
            var (number, wireType) = ReadTag(inside, ref position);
            switch (number, wireType)
            {
                case (1, 2):
                    name = Text(ReadLengthDelimited(inside, ref position));
                    break;
                case (2, 2):
                    value = Text(ReadLengthDelimited(inside, ref position));
                    break;
                default:
                    Skip(inside, wireType, ref position);
                    break;
            }
        }

        return new FieldSlot(name, value);
    }

    private static AlertTime ReadTimestamp(ReadOnlySpan<byte> message, (int Start, int Length) timestamp)
    {
        var seconds = 0L;
        var nanoseconds = 0L;
        var position = timestamp.Start;
        var inside = message[..(timestamp.Start + timestamp.Length)];
        while (position < inside.Length)
        {
            var (number, wireType) = ReadTag(inside, ref position);
            switch (number, wireType)
            {
                case (1, 0):
                    seconds = (long)ReadVarint(inside, ref position);
                    break;
                case (2, 0):
                    nanoseconds = (long)ReadVarint(inside, ref position);
                    break;
                default:
                    Skip(inside, wireType, ref position);
                    break;
            }
        }

        const long lastSecond = 9_214_646_400; // 2262, where nanoseconds leave 64 bits
        if (seconds is < 0 or >= lastSecond || nanoseconds is < 0 or > 999_999_999)
        {
            throw new AlertFormatException("the time (member 1) is not between 1970 and 2262");
        }

        return new AlertTime((seconds * 1_000_000_000) + nanoseconds);
    }

    private static Priority ReadPriority(ReadOnlySpan<byte> message, ref int position)
    {
        var number = ReadVarint(message, ref position);
        return number <= (ulong)Priority.Debug
            ? (Priority)number
            : throw new AlertFormatException($"the priority (member 2) is {number}; Falco has 0 (Emergency) to 7 (Debug)");
    }

    private static Slot Text((int Start, int Length) range) => new(range.Start, range.Length, SlotForm.Text);

    private static (int Number, int WireType) ReadTag(ReadOnlySpan<byte> message, ref int position)
    {
        var tag = ReadVarint(message, ref position);
        return tag is >= 8 and <= uint.MaxValue // there is no member 0
            ? ((int)(tag >> 3), (int)(tag & 7))
            : throw Broken(position);
    }

    private static (int Start, int Length) ReadLengthDelimited(ReadOnlySpan<byte> message, ref int position)
    {
        var length = ReadVarint(message, ref position);
        if (length > (ulong)(message.Length - position))
        {
            throw Broken(position);
        }

        var start = position;
        position += (int)length;
        return (start, (int)length);
    }

    private static ulong ReadVarint(ReadOnlySpan<byte> message, ref int position)
    {
        var value = 0UL;
        for (var shift = 0; shift < 64 && position < message.Length; shift += 7)
        {
            var next = message[position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Broken(position);
    }

    private static void Skip(ReadOnlySpan<byte> message, int wireType, ref int position)
    {
        switch (wireType)
        {
            case 0:
                _ = ReadVarint(message, ref position);
                break;
            case 1:
                Advance(message, sizeof(long), ref position);
                break;
            case 2:
                _ = ReadLengthDelimited(message, ref position);
                break;
            case 5:
                Advance(message, sizeof(int), ref position);
                break;
            default:
                throw Broken(position);
        }
    }

    private static void Advance(ReadOnlySpan<byte> message, int count, ref int position)
    {
        if (message.Length - position < count)
        {
            throw Broken(position);
        }

        position += count;
    }

    private static AlertFormatException Broken(int position) =>
        new($"the protobuf message breaks off or is not one at byte {position}");
}
