using System.Text;

namespace FalcoStreamer.Benchmarks;

/// <summary>
/// Alerts as a real Falco sent them, 37 rules in their recorded proportions, of as many containers as wanted and each with a time of its own:
/// two alerts alike would be one alert.
/// </summary>
internal sealed class AlertMix
{
    private const int ContainerIdLength = 12;

    // The ID that most of the recorded alerts of containers have, and others of the same length; all take the new one.
    private static readonly string[] RecordedIds =
    [
        "1a95d5d59b2e", "5d2ab903d13a", "d415d36e601c", "1aff40a75713", "2ef388e09fc7", "202ce66028ba", "5ae3bfc99961", "6578a2891b22",
        "57b1159a4c33", "315011446de2", "9b2dbbbada87", "76ac8515a412", "0b7fbf3d01f0", "a7d5e3fc9100", "28bc6cbf752a",
    ];

    private readonly byte[][] _bodies;
    private readonly int _recorded;

    /// <summary>Reads the recorded messages and makes <paramref name="containers"/> versions of each.</summary>
    public AlertMix(string recording, int containers)
    {
        var messages = File.ReadLines(recording).Where(line => line.Length > 0).Select(Convert.FromHexString).ToList();
        _recorded = messages.Count;
        ContainerIds = [.. Enumerable.Range(0, containers).Select(number => $"{number + 0xabc000:x12}")];
        _bodies = new byte[containers * _recorded][];
        for (var container = 0; container < containers; container++)
        {
            for (var i = 0; i < _recorded; i++)
            {
                _bodies[(container * _recorded) + i] = WithContainer(WithoutTime(messages[i]), ContainerIds[container]);
            }
        }
    }

    /// <summary>The 12 digits of each container that alerts are about.</summary>
    public IReadOnlyList<string> ContainerIds { get; }

    /// <summary>How many messages were recorded.</summary>
    public int Recorded => _recorded;

    /// <summary>The alert with that number: rules follow each other as recorded, containers in turn, times 20 µs apart from <paramref name="start"/>.</summary>
    public byte[] Make(long number, DateTimeOffset start)
    {
        var container = number / 7 % ContainerIds.Count;
        var body = _bodies[(container * _recorded) + (number % _recorded)];
        var nanoseconds = ((start - DateTimeOffset.UnixEpoch).Ticks * 100) + (number * 20_000);
        var (seconds, rest) = Math.DivRem(nanoseconds, 1_000_000_000L);
        Span<byte> time = stackalloc byte[32];
        var length = WriteTime(time, seconds, rest);
        var alert = new byte[length + body.Length];
        time[..length].CopyTo(alert);
        body.CopyTo(alert.AsSpan(length));
        return alert;
    }

    private static int WriteTime(Span<byte> to, long seconds, long nanoseconds)
    {
        Span<byte> inside = stackalloc byte[24];
        inside[0] = 0x08;
        var length = 1 + WriteVarint(inside[1..], seconds);
        inside[length++] = 0x10;
        length += WriteVarint(inside[length..], nanoseconds);
        to[0] = 0x0A;
        to[1] = (byte)length;
        inside[..length].CopyTo(to[2..]);
        return 2 + length;
    }

    private static int WriteVarint(Span<byte> to, long value)
    {
        var length = 0;
        while (value >= 0x80)
        {
            to[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        to[length++] = (byte)value;
        return length;
    }

    /// <summary>Falco writes the time first: tag 0x0A, a length below 128, the timestamp.</summary>
    private static byte[] WithoutTime(byte[] message) => message[0] == 0x0A
        ? message[(2 + message[1])..]
        : throw new InvalidDataException("A recorded message does not begin with its time.");

    private static byte[] WithContainer(byte[] message, string containerId)
    {
        var copy = message.ToArray();
        var to = Encoding.ASCII.GetBytes(containerId);
        foreach (var recorded in RecordedIds)
        {
            var from = Encoding.ASCII.GetBytes(recorded);
            for (var at = copy.AsSpan().IndexOf(from); at >= 0;)
            {
                to.CopyTo(copy.AsSpan(at, ContainerIdLength));
                var next = copy.AsSpan(at + ContainerIdLength).IndexOf(from);
                at = next < 0 ? -1 : at + ContainerIdLength + next;
            }
        }

        return copy;
    }
}
