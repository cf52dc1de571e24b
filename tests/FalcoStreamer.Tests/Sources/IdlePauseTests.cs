using FalcoStreamer.Sources;

namespace FalcoStreamer.Tests.Sources;

public sealed class IdlePauseTests
{
    [Fact]
    public void DoublesFromOneMillisecondToAHundred()
    {
        var pause = new IdlePause();
        var pauses = new List<double>();

        for (var round = 0; round < 10; round++)
        {
            pauses.Add(pause.Current.TotalMilliseconds);
            pause.Lengthen();
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 64, 100, 100, 100], pauses);
    }

    [Fact]
    public void IsShortAgain_AfterAnAlert()
    {
        var pause = new IdlePause();
        pause.Lengthen();

        pause.Reset();

        Assert.True(pause.IsShortest);
        Assert.Equal(TimeSpan.FromMilliseconds(1), pause.Current);
    }
}
