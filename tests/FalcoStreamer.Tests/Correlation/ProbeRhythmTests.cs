using FalcoStreamer.Correlation;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Correlation;

public sealed class ProbeRhythmTests
{
    private static readonly TimeSpan[] Ten = [TimeSpan.FromSeconds(10)];

    private readonly ProbeRhythm _rhythm = new();

    [Theory]
    [InlineData("0", null)]
    [InlineData("0 10", null)]
    [InlineData("0 10 20", "fits")]
    [InlineData("0 10.9 19.5 31.1", "fits")]
    [InlineData("0 30 40 70", "fits")]
    [InlineData("0 4 7", "off")]
    [InlineData("0 7 14 21 28", "off")]
    [InlineData("0 10 20 24.5", null)]
    [InlineData("0 10 20 24.5 30 40", "fits")]
    [InlineData("0 10 20 24 34 44", "fits")]
    [InlineData("0 10 20 3600", null)]
    [InlineData("0 0.2 0.4 0.5", null)]
    [InlineData("0 10 10.3 20 20.3", "fits")]
    [InlineData("0 10 20 5", "fits")]
    public void SaysWhetherTheRunsFollowThePeriod(string seconds, string? answer) => Assert.Equal(answer, Observe(seconds, Ten));

    [Theory]
    [InlineData("0 4 10 14 20 24", "fits")]
    [InlineData("0 4 10 14 17", null)]
    public void TellsProbesWithOneCommandApartByTheirTimes(string seconds, string? answer) =>
        Assert.Equal(answer, Observe(seconds, [TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10)]));

    [Fact]
    public void FollowsABoundedNumberOfProbes()
    {
        for (var i = 0; i < ProbeRhythm.MostSeries + 100; i++)
        {
            _rhythm.Observe($"container-{i}", "livenessProbe", Ten, Some.Time);
        }

        Assert.Equal(ProbeRhythm.MostSeries, _rhythm.Count);
    }

    private string? Observe(string seconds, TimeSpan[] periods)
    {
        string? answer = null;
        foreach (var second in seconds.Split(' '))
        {
            answer = _rhythm.Observe("container", "livenessProbe", periods, Some.Time + TimeSpan.FromSeconds(double.Parse(second, System.Globalization.CultureInfo.InvariantCulture)));
        }

        return answer;
    }
}
