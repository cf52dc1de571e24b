using FalcoStreamer.Sources;
using Microsoft.Extensions.Time.Testing;

namespace FalcoStreamer.Tests.Sources;

public sealed class SilenceWatchTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly SilenceWatch _watch;
    private int _asks;
    private int _hangUps;

    public SilenceWatchTests() => _watch = new SilenceWatch(_clock, () => _asks++, () => _hangUps++);

    public ValueTask DisposeAsync() => _watch.DisposeAsync();

    [Fact]
    public void AsksAfterAMillisecond_WhenNothingIsThere()
    {
        _watch.Waiting();

        Pass(milliseconds: 1);

        Assert.Equal(1, _asks);
    }

    [Fact]
    public void AsksMoreAndMoreSeldom_WhileFalcoIsSilent()
    {
        _watch.Waiting();

        Pass(milliseconds: 127);
        var early = _asks;
        Pass(milliseconds: 10_000);

        Assert.Equal(7, early); // after 1, 2, 4, … 64 ms
        Assert.Equal(100, _asks - early, tolerance: 1.0);
    }

    [Fact]
    public void AsksAtOnceAgain_AfterAnAlert()
    {
        _watch.Waiting();
        Pass(milliseconds: 1_000);
        var asks = _asks;

        _watch.Arrived();
        _watch.Waiting();
        Pass(milliseconds: 2);

        Assert.Equal(asks + 1, _asks);
    }

    [Fact]
    public void NeverAsks_WhileAlertsKeepComing()
    {
        for (var alert = 0; alert < 1_000; alert++)
        {
            _watch.Waiting();
            Pass(milliseconds: 1);
            _watch.Arrived();
            _watch.Waiting();
            _watch.Arrived();
        }

        Assert.InRange(_asks, 0, 1);
    }

    [Fact]
    public void NeverAsks_WhileTheReaderIsBusyWithWhatItHas()
    {
        _watch.Waiting();
        _watch.Arrived();

        Pass(milliseconds: 60_000);

        Assert.Equal(0, _asks);
    }

    [Fact]
    public void HangsUpOnce_WhenNothingComesAnyMore()
    {
        _watch.Waiting();
        Pass(milliseconds: 50);
        var asks = _asks;

        _watch.Finish();
        Pass(milliseconds: 199);
        var early = _hangUps;
        Pass(milliseconds: 1);
        Pass(milliseconds: 1_000);

        Assert.Equal(0, early);
        Assert.Equal(1, _hangUps);
        Assert.Equal(asks, _asks);
    }

    [Fact]
    public void HangsUpLater_WhenSomethingStillComes()
    {
        _watch.Finish();
        for (var alert = 0; alert < 20; alert++)
        {
            _watch.Waiting();
            Pass(milliseconds: 150);
            _watch.Arrived();
        }

        var whileTheyCome = _hangUps;
        _watch.Waiting();
        Pass(milliseconds: 400);

        Assert.Equal(0, whileTheyCome);
        Assert.Equal(1, _hangUps);
        Assert.Equal(0, _asks);
    }

    private void Pass(int milliseconds)
    {
        for (var passed = 0; passed < milliseconds; passed++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }
    }
}
