using System.Globalization;

namespace FalcoStreamer.Alerts;

/// <summary>
/// A moment to the nanosecond, as Falco gives it; <see cref="DateTimeOffset"/> would lose the last two digits.
/// </summary>
/// <param name="UnixNanoseconds">Nanoseconds since 1970-01-01T00:00:00Z.</param>
internal readonly record struct AlertTime(long UnixNanoseconds) : IComparable<AlertTime>
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>The moment of <paramref name="time"/>, to its 100 nanoseconds.</summary>
    public static AlertTime From(DateTimeOffset time) => new((time - DateTimeOffset.UnixEpoch).Ticks * 100);

    /// <summary>The same moment without its last two digits.</summary>
    public DateTimeOffset ToDateTimeOffset() => DateTimeOffset.UnixEpoch.AddTicks(UnixNanoseconds / 100);

    /// <summary>The time between two moments, to 100 nanoseconds.</summary>
    public static TimeSpan operator -(AlertTime later, AlertTime earlier) =>
        TimeSpan.FromTicks((later.UnixNanoseconds - earlier.UnixNanoseconds) / 100);

    public static AlertTime operator +(AlertTime time, TimeSpan span) => new(time.UnixNanoseconds + (span.Ticks * 100));

    public static bool operator <(AlertTime left, AlertTime right) => left.UnixNanoseconds < right.UnixNanoseconds;

    public static bool operator >(AlertTime left, AlertTime right) => left.UnixNanoseconds > right.UnixNanoseconds;

    public static bool operator <=(AlertTime left, AlertTime right) => left.UnixNanoseconds <= right.UnixNanoseconds;

    public static bool operator >=(AlertTime left, AlertTime right) => left.UnixNanoseconds >= right.UnixNanoseconds;

    public int CompareTo(AlertTime other) => UnixNanoseconds.CompareTo(other.UnixNanoseconds);

    /// <summary>RFC 3339 in UTC with nine digits, Falco's own form: <c>2025-01-01T10:00:00.123456789Z</c>.</summary>
    public override string ToString()
    {
        var (seconds, nanoseconds) = Math.DivRem(UnixNanoseconds, NanosecondsPerSecond);
        if (nanoseconds < 0)
        {
            (seconds, nanoseconds) = (seconds - 1, nanoseconds + NanosecondsPerSecond);
        }

        var whole = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return string.Create(CultureInfo.InvariantCulture, $"{whole:yyyy-MM-ddTHH:mm:ss}.{nanoseconds:D9}Z");
    }

    /// <summary>Reads RFC 3339 with any number of fractional digits (those after the ninth are dropped) and any offset, from 1970 to 2261.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out AlertTime time)
    {
        time = default;
        // "2025-01-01T10:00:00" and at least a zone. The library's UTF-8 parsers want seven fractional digits or none; Falco writes nine.
        if (text.Length < 20
            || text[4] != '-' || text[7] != '-' || text[10] is not ((byte)'T' or (byte)'t') || text[13] != ':' || text[16] != ':'
            || !TryReadNumber(text[..4], out var year)
            || !TryReadNumber(text[5..7], out var month)
            || !TryReadNumber(text[8..10], out var day)
            || !TryReadNumber(text[11..13], out var hour)
            || !TryReadNumber(text[14..16], out var minute)
            || !TryReadNumber(text[17..19], out var second)
            || year is < 1970 or > 2261 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 60
            || !TryReadFraction(ref text, out var nanoseconds)
            || !TryReadOffset(text, out var offsetMinutes))
        {
            return false;
        }

        var minutes = (new DateTime(year, month, day, hour, minute, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMinute;
        time = new AlertTime((((minutes - offsetMinutes) * 60) + second) * NanosecondsPerSecond + nanoseconds);
        return time.UnixNanoseconds >= 0;
    }

    /// <summary>Reads what follows the seconds and leaves the zone in <paramref name="text"/>.</summary>
    private static bool TryReadFraction(ref ReadOnlySpan<byte> text, out long nanoseconds)
    {
        nanoseconds = 0;
        text = text[19..];
        if (text[0] != '.')
        {
            return true;
        }

        var position = 1;
        for (var scale = NanosecondsPerSecond / 10; position < text.Length && char.IsAsciiDigit((char)text[position]); position++, scale /= 10)
        {
            nanoseconds += (text[position] - '0') * scale;
        }

        text = text[position..];
        return position > 1;
    }

    private static bool TryReadOffset(ReadOnlySpan<byte> zone, out int minutes)
    {
        minutes = 0;
        if (zone.Length == 1)
        {
            return zone[0] is (byte)'Z' or (byte)'z';
        }

        if (zone.Length != 6 || zone[0] is not ((byte)'+' or (byte)'-') || zone[3] != ':'
            || !TryReadNumber(zone[1..3], out var hours) || !TryReadNumber(zone[4..], out var rest) || hours > 23 || rest > 59)
        {
            return false;
        }

        minutes = ((hours * 60) + rest) * (zone[0] == '-' ? -1 : 1);
        return true;
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> digits, out int number)
    {
        number = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return false;
            }

            number = (number * 10) + digit - '0';
        }

        return true;
    }
}
