using FalcoStreamer.Sources.Log;

namespace FalcoStreamer.Tests.Sources.Log;

public sealed class LogNamesTests
{
    [Theory]
    [InlineData("0.log", "0.log.20260101-100000", true)]
    [InlineData("0.log", "0.log.20260101-100000.gz", true)]
    [InlineData("0.log", "0.log.20260101-100000.tmp", false)]
    [InlineData("0.log", "0.log", false)]
    [InlineData("0.log", "10.log", false)]
    [InlineData("falco.log", "falco.log.1", true)]
    [InlineData("falco.log", "falco.log-20260101", true)]
    [InlineData("falco.log", "falco.logs", false)]
    [InlineData("falco.log", "falco.log.1.xz", false)]
    public void KnowsRotatedFiles(string log, string name, bool isRotated) => Assert.Equal(isRotated, LogNames.IsRotated(log, name));

    [Theory]
    [InlineData("0.log", "0.log.20260101-100000.gz 0.log.20260102-100000.gz 0.log.20260102-110000 0.log")]
    [InlineData("falco.log", "falco.log.10.gz falco.log.9.gz falco.log.2 falco.log.1 falco.log")]
    [InlineData("falco.log", "falco.log-20251231.gz falco.log-20260101 falco.log")]
    public void OrdersThemByAge(string log, string inOrder)
    {
        var names = inOrder.Split(' ');

        Assert.Equal(names, names.Reverse().Order(Comparer<string>.Create((left, right) => LogNames.CompareAge(log, left, right))));
    }

    [Theory]
    [InlineData("0.log", "1.log", true)]
    [InlineData("9.log", "10.log", true)]
    [InlineData("1.log", "0.log", false)]
    [InlineData("falco.log", "1.log", false)]
    public void KnowsTheLogOfALaterStart(string log, string other, bool isLater) => Assert.Equal(isLater, LogNames.HasSuccessor(log, [log, other]));
}
