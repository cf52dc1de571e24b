namespace FalcoStreamer.Simulator.Collector;

/// <summary>Counts the records of a request on the wire, so that a benchmark's collector costs next to nothing.</summary>
internal static class WireCounter
{
    /// <summary>resource_logs (1), then scope_logs (2), then log_records (2) of an <c>ExportLogsServiceRequest</c>.</summary>
    public static long CountRecords(ReadOnlySpan<byte> request) => Count(request, [1, 2, 2], default);

    /// <summary>The records whose event_name (12) is <c>falco.alert</c>.</summary>
    public static long CountAlerts(ReadOnlySpan<byte> request) => Count(request, [1, 2, 2, 12], "falco.alert"u8);

    /// <summary>How many values there are at the end of the path; only those that are <paramref name="wanted"/>, if that is not empty.</summary>
    private static long Count(ReadOnlySpan<byte> message, ReadOnlySpan<int> path, ReadOnlySpan<byte> wanted)
    {
        var count = 0L;
        while (message.Length > 0)
        {
            var tag = ReadVarint(ref message);
            var inside = ReadValue(ref message, (int)(tag & 7));
            if ((int)(tag >> 3) == path[0])
            {
                count += path.Length > 1 ? Count(inside, path[1..], wanted) : wanted.IsEmpty || inside.SequenceEqual(wanted) ? 1 : 0;
            }
        }

        return count;
    }

    private static ReadOnlySpan<byte> ReadValue(ref ReadOnlySpan<byte> message, int wireType)
    {
        var size = wireType switch
        {
            1 => sizeof(long),
            5 => sizeof(int),
            2 => (long)ReadVarint(ref message),
            0 => 0,
            _ => throw new InvalidDataException($"wire type {wireType}"),
        };
        if (wireType == 0)
        {
            _ = ReadVarint(ref message);
        }

        if (size < 0 || size > message.Length)
        {
            throw new InvalidDataException("the message breaks off");
        }

        var value = message[..(int)size];
        message = message[(int)size..];
        return value;
    }

    private static ulong ReadVarint(ref ReadOnlySpan<byte> message)
    {
        var value = 0UL;
        for (var position = 0; position < message.Length && position < 10; position++)
        {
            value |= (ulong)(message[position] & 0x7F) << (7 * position);
            if (message[position] < 0x80)
            {
                message = message[(position + 1)..];
                return value;
            }
        }

        throw new InvalidDataException("the message breaks off");
    }
}
