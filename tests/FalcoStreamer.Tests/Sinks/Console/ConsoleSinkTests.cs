using FalcoStreamer.Correlation;
using FalcoStreamer.Sinks;
using FalcoStreamer.Sinks.Console;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Sinks.Console;

public sealed class ConsoleSinkTests
{
    [Fact]
    public async Task PrintsWhatIsNew()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var sink = new ConsoleSink(output, report => report.Headline);

        await sink.SendAsync(
            [
                SomeReport.Record(SomeReport.Of(headline: "one")),
                SomeReport.Record(SomeReport.Of(headline: "grown"), IncidentChangeKind.Grown),
                SomeReport.Record(SomeReport.Of(headline: "two"), IncidentChangeKind.Rejudged),
            ],
            TestContext.Current.CancellationToken);

        Assert.Equal("one\ntwo\n", output.ToString());
    }

    [Fact]
    public async Task IsFinal_WhenNobodyReadsAnyMore()
    {
        var output = new StringWriter();
        await output.DisposeAsync();
        var sink = new ConsoleSink(output, report => report.Headline);

        var exception = await Assert.ThrowsAsync<SinkException>(
            () => sink.SendAsync([SomeReport.Record(SomeReport.Of())], TestContext.Current.CancellationToken));

        Assert.False(exception.IsTransient);
    }
}
