using FalcoStreamer.Alerts;
using FalcoStreamer.Pipeline;

namespace FalcoStreamer.Tests.Pipeline;

public sealed class AlertDeduplicatorTests
{
    [Fact]
    public void KnowsAnAlertThatCameBefore()
    {
        var known = new AlertDeduplicator(10);

        Assert.True(known.IsNew(new AlertId(1, 1)));
        Assert.True(known.IsNew(new AlertId(1, 2)));
        Assert.False(known.IsNew(new AlertId(1, 1)));
    }

    [Fact]
    public void ForgetsTheOldest_WhenItKnowsTooMany()
    {
        var known = new AlertDeduplicator(3);
        for (var number = 0UL; number < 4; number++)
        {
            known.IsNew(new AlertId(0, number));
        }

        Assert.False(known.IsNew(new AlertId(0, 1)));
        Assert.True(known.IsNew(new AlertId(0, 0)));
    }
}
