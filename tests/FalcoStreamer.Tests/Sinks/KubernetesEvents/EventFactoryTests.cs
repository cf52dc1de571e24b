using System.Text;
using System.Text.Json.Nodes;
using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Reporting;
using FalcoStreamer.Sinks.KubernetesEvents;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Sinks.KubernetesEvents;

public sealed class EventFactoryTests
{
    [Fact]
    public void Create_IsAboutThePodAndItsContainer()
    {
        var written = Create(SomeReport.Of(count: 2, lasting: TimeSpan.FromMilliseconds(1240)));

        Assert.Equal(
            """
            {"apiVersion":"v1","kind":"Event","metadata":{"name":"web-7d4b9-x2x9p.0123456789abcdef","namespace":"shop","labels":{"falcostreamer.io/verdict":"undetermined","falcostreamer.io/priority":"Warning","falcostreamer.io/incident":"0123456789abcdef0123456789abcdef"},"annotations":{"falcostreamer.io/report":"# Something ran"}},"involvedObject":{"apiVersion":"v1","kind":"Pod","namespace":"shop","name":"web-7d4b9-x2x9p","uid":"5f2c7d2e-0000-4000-8000-000000000001","fieldPath":"spec.containers{main}"},"type":"Warning","reason":"FalcoUndetermined","message":"Something ran","firstTimestamp":"2025-01-01T10:00:00Z","lastTimestamp":"2025-01-01T10:00:01Z","count":2,"eventTime":"2025-01-01T10:00:00.000000Z","action":"Detect Shell in Container","reportingComponent":"falcostreamer.io/agent","reportingInstance":"agent-1"}
            """,
            Encoding.UTF8.GetString(KubernetesEventWriter.Whole(written).Span));
    }

    [Theory]
    [InlineData(0, "Normal", "FalcoBenign")]
    [InlineData(1, "Normal", "FalcoLikelyBenign")]
    [InlineData(2, "Warning", "FalcoUndetermined")]
    [InlineData(3, "Warning", "FalcoSuspicious")]
    public void Create_SaysTheVerdictInTypeAndReason(int verdict, string type, string reason)
    {
        var written = Create(SomeReport.Of(verdict: (Verdict)verdict));

        Assert.Equal((type, reason), (written.Type, written.Reason));
    }

    [Theory]
    [InlineData("container", "spec.containers{main}")]
    [InlineData("init", "spec.initContainers{main}")]
    [InlineData("ephemeral", "spec.ephemeralContainers{main}")]
    [InlineData("sandbox", null)]
    [InlineData(null, null)]
    public void Create_NamesTheContainer_AsFarAsItIsKnown(string? type, string? path)
    {
        ContainerType? known = type is null ? null : Enum.Parse<ContainerType>(type, ignoreCase: true);

        var written = Create(SomeReport.Of(subject: SomeReport.Pod with { ContainerType = known }));

        Assert.Equal(path, written.Involved.FieldPath);
    }

    [Fact]
    public void Create_PutsAHostProcessOnTheNode()
    {
        var subject = new Subject { Kind = SubjectKind.Node, Resolution = Resolution.None, Name = "node-1", Uid = "node-uid", Node = "node-1" };

        var written = Create(SomeReport.Of(subject: subject));

        Assert.Equal(("default", "node-1.0123456789abcdef"), (written.Namespace, written.Name));
        Assert.Equal(new InvolvedObject("Node", null, "node-1", "node-uid", null), written.Involved);
        Assert.Equal("Something ran", written.Message);
    }

    [Fact]
    public void Create_UsesTheNodesName_WhenItsUidIsNotKnown()
    {
        var subject = new Subject { Kind = SubjectKind.Node, Resolution = Resolution.None, Name = "node-1" };

        Assert.Equal("node-1", Create(SomeReport.Of(subject: subject)).Involved.Uid);
    }

    [Fact]
    public void Create_PutsAnUnresolvedContainerOnTheNode_AndSaysSo()
    {
        var subject = new Subject { Kind = SubjectKind.Unresolved, Resolution = Resolution.None, ContainerId = "64fac540e48f\u001b" };

        var written = Create(SomeReport.Of(subject: subject, headline: new string('a', 150) + "\n" + new string('b', 2000)));

        Assert.Equal(new InvolvedObject("Node", null, "this-node", "this-node", null), written.Involved);
        Assert.EndsWith("\nNo known pod has the container 64fac540e48f␛, so this Event is on the node.", written.Message, StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(written.Message), 1000, 1024);
    }

    [Theory]
    [InlineData("shop/../../../api/v1/nodes", "web")]
    [InlineData("Shop", "web")]
    [InlineData("shop", "web/../../x")]
    [InlineData("shop", "")]
    [InlineData("", "web")]
    public void Create_TakesNoNameThatNoPodCanHave(string inNamespace, string name)
    {
        var subject = SomeReport.Pod with { Namespace = inNamespace, Name = name, Resolution = Resolution.Falco };

        var written = Create(SomeReport.Of(subject: subject));

        Assert.Equal(("default", "Node", "node-1"), (written.Namespace, written.Involved.Kind, written.Involved.Name));
        Assert.EndsWith("so this Event is on the node.", written.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_KeepsTheMessageWithinItsBytes()
    {
        var fits = $"{new string('a', 199)}\n{new string('é', 412)}";
        var tooLong = $"{new string('a', 199)}\n{new string('é', 413)}";

        Assert.Equal(fits, Create(SomeReport.Of(headline: fits)).Message);
        Assert.Equal(1024, Encoding.UTF8.GetByteCount(fits));
        Assert.EndsWith(" more bytes]", Create(SomeReport.Of(headline: tooLong)).Message, StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(Create(SomeReport.Of(headline: tooLong)).Message), 1020, 1024);
    }

    [Fact]
    public void Create_KeepsTheFirstLineUnder200Bytes()
    {
        var message = Create(SomeReport.Of(headline: new string('é', 100) + "\nmore")).Message;

        var lines = message.Split('\n');
        Assert.True(Encoding.UTF8.GetByteCount(lines[0]) < 200);
        Assert.Equal("more", lines[1]);
    }

    [Fact]
    public void Create_KeepsActionAndReportWithinTheirBytes()
    {
        var written = Create(SomeReport.Of(rule: new string('r', 129), headline: new string('日', 3000)));

        Assert.InRange(Encoding.UTF8.GetByteCount(written.Action), 120, 128);
        Assert.InRange(Encoding.UTF8.GetByteCount(written.Report), 8 * 1024 - 3, 8 * 1024);
        Assert.EndsWith(" more bytes]", written.Report, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_ShowsWhatHostileTextHides()
    {
        var written = Create(SomeReport.Of(headline: "a\0b\u001b[31m\u202e\nc", rule: "R\u001b]0;x\u0007"));

        Assert.Equal("a␀b␛[31m\\u202E\nc", written.Message);
        Assert.Equal("# a␀b␛[31m\\u202E\nc", written.Report);
        Assert.Equal("R␛]0;x␇", written.Action);
    }

    [Fact]
    public void Create_NeverLeavesARequiredWordEmpty()
    {
        var factory = new EventFactory(_ => "", _ => "", "", null);

        var written = factory.Create(SomeReport.Of(rule: ""));

        Assert.Equal(("Falco", "falcostreamer"), (written.Action, written.ReportingInstance));
    }

    [Fact]
    public void Writer_WritesSixDigitsWhateverTheTime()
    {
        foreach (var (nanoseconds, expected) in (IEnumerable<(long, string)>)[(0, "000000"), (1, "000000"), (123_456_789, "123456"), (999_999_999, "999999")])
        {
            var written = Create(SomeReport.Of()) with { FirstTime = new AlertTime(Some.Time.UnixNanoseconds + nanoseconds) };

            var read = JsonNode.Parse(KubernetesEventWriter.Whole(written).Span)!;

            Assert.Equal($"2025-01-01T10:00:00.{expected}Z", read["eventTime"]!.GetValue<string>());
            Assert.Equal("2025-01-01T10:00:00Z", read["firstTimestamp"]!.GetValue<string>());
        }
    }

    [Fact]
    public void Writer_NeverExceedsTheApisCount()
    {
        var written = Create(SomeReport.Of(count: 3_000_000_000));

        Assert.Equal(int.MaxValue, JsonNode.Parse(KubernetesEventWriter.Change(written).Span)!["count"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("web-0", "web-0.0123456789abcdef")]
    [InlineData("node.example.org", "node.example.org.0123456789abcdef")]
    [InlineData("Bad_Name", "bad-name.0123456789abcdef")]
    [InlineData("..--..", "falco.0123456789abcdef")]
    [InlineData("", "falco.0123456789abcdef")]
    public void Name_IsMadeOfTheObjectAndTheIncident(string objectName, string name)
    {
        Assert.Equal(name, EventName.For(objectName, SomeReport.Id));
    }

    [Fact]
    public void Name_FitsWithTheLongestObjectName()
    {
        var longest = $"{new string('a', 235)}.{new string('b', 17)}";

        var name = EventName.For(longest, SomeReport.Id);

        Assert.Equal($"{new string('a', 235)}.0123456789abcdef", name);
        Assert.True(EventName.IsObjectName(name));
        Assert.Equal(253, EventName.For(new string('a', 253), SomeReport.Id).Length);
    }

    private static KubernetesEvent Create(IncidentReport report) =>
        new EventFactory(note => note.Headline, note => $"# {note.Headline}", "agent-1", "this-node").Create(report);
}
