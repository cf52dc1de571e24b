using System.Text;
using FalcoStreamer.Alerts;

namespace FalcoStreamer.Tests.Alerts;

public sealed class AlertTimeTests
{
    [Theory]
    [InlineData("2026-11-24T04:10:39.735521910Z", "2026-11-24T04:10:39.735521910Z")]
    [InlineData("2026-11-24T04:10:39Z", "2026-11-24T04:10:39.000000000Z")]
    [InlineData("2026-11-24T04:10:39.7Z", "2026-11-24T04:10:39.700000000Z")]
    [InlineData("2026-11-24T04:10:39.73552191099Z", "2026-11-24T04:10:39.735521910Z")]
    [InlineData("2026-11-24t04:10:39.5z", "2026-11-24T04:10:39.500000000Z")]
    [InlineData("2026-11-24T04:10:39.5+02:30", "2026-11-24T01:40:39.500000000Z")]
    [InlineData("2026-11-24T23:10:39.5-02:30", "2026-11-25T01:40:39.500000000Z")]
    [InlineData("2016-12-31T23:59:60.25Z", "2017-01-01T00:00:00.250000000Z")]
    [InlineData("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000000Z")]
    [InlineData("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000000Z")]
    [InlineData("2261-12-31T23:59:59.999999999Z", "2261-12-31T23:59:59.999999999Z")]
    public void ReadsRfc3339(string text, string expected)
    {
        Assert.True(AlertTime.TryRead(Encoding.UTF8.GetBytes(text), out var time));

        Assert.Equal(expected, time.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("2026-11-24")]
    [InlineData("2026-11-24T04:10:39")]
    [InlineData("2026-11-24T04:10:39.735521910")]
    [InlineData("2026-11-24T04:10:39.Z")]
    [InlineData("2026-11-24T04:10:39,5Z")]
    [InlineData("2026-11-24T04:10:39.5+0230")]
    [InlineData("2026-11-24T04:10:39.5+24:00")]
    [InlineData("2026-11-24T04:10:39.5ZZ")]
    [InlineData("2026-11-24 04:10:39.5Z")]
    [InlineData("2026-13-24T04:10:39Z")]
    [InlineData("2026-00-24T04:10:39Z")]
    [InlineData("2026-02-29T04:10:39Z")]
    [InlineData("2026-11-24T24:10:39Z")]
    [InlineData("2026-11-24T04:60:39Z")]
    [InlineData("2026-11-24T04:10:61Z")]
    [InlineData("2026-11-24T04:10:3xZ")]
    [InlineData("1969-12-31T23:59:59Z")]
    [InlineData("1970-01-01T00:00:00+00:01")]
    [InlineData("2262-01-01T00:00:00Z")]
    [InlineData("+026-11-24T04:10:39Z")]
    public void RefusesWhatIsNoTime(string text) => Assert.False(AlertTime.TryRead(Encoding.UTF8.GetBytes(text), out _));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_795_493_439_735_521_910)]
    [InlineData(9_214_646_399_999_999_999)]
    public void ComesBackTheSame_WhenWrittenAndRead(long nanoseconds)
    {
        var text = new AlertTime(nanoseconds).ToString();

        Assert.True(AlertTime.TryRead(Encoding.UTF8.GetBytes(text), out var time));
        Assert.Equal(nanoseconds, time.UnixNanoseconds);
    }

    [Fact]
    public void OrdersByTheNanosecond()
    {
        var early = new AlertTime(100);
        var late = new AlertTime(101);

        Assert.True(early < late && late > early && early <= late && late >= early);
        Assert.True(early.CompareTo(late) < 0);
    }

    [Fact]
    public void KeepsItsTicks_WhenItBecomesADateTimeOffset()
    {
        var moment = new DateTimeOffset(2026, 11, 24, 4, 10, 39, TimeSpan.Zero).AddTicks(7_355_219);

        Assert.Equal(moment, AlertTime.From(moment).ToDateTimeOffset());
        Assert.Equal(TimeSpan.FromSeconds(3), (AlertTime.From(moment) + TimeSpan.FromSeconds(3)) - AlertTime.From(moment));
    }
}
