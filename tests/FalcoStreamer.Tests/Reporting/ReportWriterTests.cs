using System.Text;
using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;
using FalcoStreamer.Reporting;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Reporting;

public sealed class ReportWriterTests
{
    [Fact]
    public void SaysWhatFiredWhereForWhom_WhenNothingIsKnown()
    {
        var alert = Some.Alert("Write below root", fields: ("proc.name", "touch"));

        var report = SomeReport.Writer.Write(SomeIncidents.Of(alerts: alert));

        Assert.Equal("Falco's rule \"Write below root\" fired for touch in container main of pod lab/web-0; nothing known explains it", report.Headline);
        Assert.Contains("whether \"sh -c id\" belongs to the normal work of container main of pod lab/web-0", report.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void SaysWhatWouldDecide_WhenThatIsKnown()
    {
        var report = SomeReport.Writer.Write(SomeIncidents.Of(judgement: SomeIncidents.Undetermined("the parent process (proc.pname)", "the terminal (proc.tty).")));

        Assert.EndsWith("What would decide it: the parent process (proc.pname) and the terminal (proc.tty).", report.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void CallsNothingHarmless_WhenThatIsNotProven()
    {
        var judgement = SomeIncidents.Matches(SomeIncidents.Behaviour()) with
        {
            Verdict = Verdict.Undetermined,
            Against = [new Evidence("Nothing owns the pod", 5.75)],
        };

        var report = SomeReport.Writer.Write(SomeIncidents.Of(judgement: judgement));

        Assert.StartsWith("It looks like something harmless in container main of pod lab/web-0 (", report.Headline, StringComparison.Ordinal);
        Assert.Contains(" If it is, this is why it happens: ", report.Explanation, StringComparison.Ordinal);
        Assert.Equal("Settle first what speaks against it: Nothing owns the pod.", report.Actions[0]);
        Assert.DoesNotContain(report.Actions, judgement.Behaviour!.Actions.Contains);
    }

    [Fact]
    public void SaysWhatGaveAnImitationAway()
    {
        var judgement = SomeIncidents.Imitates(SomeIncidents.CalicoBehaviour(), new Evidence("The image is not Calico's", 6), new Evidence("other", 3));

        var report = SomeReport.Writer.Write(SomeIncidents.Of(judgement: judgement));

        Assert.Equal("sh in container main of pod lab/web-0 imitates Calico's interface clean-up, but does something else", report.Headline);
        Assert.Contains("first what gave it away", report.Explanation, StringComparison.Ordinal);
        Assert.Contains("throw-away veth pair", report.Comparison, StringComparison.Ordinal);
        Assert.Contains("What does not fit it (with its weight):\n- The image is not Calico's (6)\n- other (3)\n", MarkdownRenderer.Render(report), StringComparison.Ordinal);
        Assert.Null(report.Exception);
        Assert.StartsWith("Treat pod lab/web-0 as compromised", report.Actions[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Benign", "Redis is asked for its state: harmless")]
    [InlineData("LikelyBenign", "Redis is asked for its state: most likely harmless")]
    [InlineData("Undetermined", "It looks like something harmless in container main of pod lab/web-0 (something harmless), but that is not proven")]
    public void PromisesNoMoreThanTheVerdict(string verdict, string headline)
    {
        var behaviour = SomeIncidents.Behaviour("Redis is asked for its state: harmless") with { Actions = ["Nothing to contain: it is its own check.", "Add the exception."] };
        var judgement = SomeIncidents.Matches(behaviour) with { Verdict = Enum.Parse<Verdict>(verdict), Unseen = ["the parent process (proc.pname)"] };

        var report = SomeReport.Writer.Write(SomeIncidents.Of(judgement: judgement));

        Assert.Equal(headline, report.Headline);
        if (verdict == "Undetermined")
        {
            Assert.Equal("Settle first what could not be seen: the parent process (proc.pname).", report.Actions[0]);
            Assert.DoesNotContain("Add the exception.", report.Actions);
        }
        else
        {
            Assert.Equal(["Nothing to contain: it is its own check.", "Add the exception."], report.Actions);
        }
    }

    [Fact]
    public void HasAWholeHeadline_WhenAPlaceholderHasNoValue()
    {
        var behaviour = SomeIncidents.Behaviour("Run by {parent}") with { ImitationHeadline = "Imitated by {parent}", Why = "Because {parent}" };

        var match = SomeReport.Writer.Write(SomeIncidents.Of(judgement: SomeIncidents.Matches(behaviour)));
        var imitation = SomeReport.Writer.Write(SomeIncidents.Of(judgement: SomeIncidents.Imitates(behaviour)));

        Assert.Equal("something harmless in container main of pod lab/web-0", match.Headline);
        Assert.Equal("something harmless.", match.Explanation);
        Assert.Contains("imitates a known behaviour (something harmless)", imitation.Headline, StringComparison.Ordinal);
    }

    [Fact]
    public void LeavesOutActionsAndCommands_WhenAValueIsMissing()
    {
        var behaviour = SomeIncidents.Behaviour() with { Actions = ["Ask {owner}.", "Look."], Commands = ["kubectl get {owner}", "kubectl get pod {pod}"] };

        var report = SomeReport.Writer.Write(SomeIncidents.Of(judgement: SomeIncidents.Matches(behaviour)));

        Assert.Equal(["Look."], report.Actions);
        Assert.Equal(["kubectl get pod web-0"], report.Commands);
    }

    [Theory]
    [InlineData(nameof(SubjectKind.Pod), "kubectl -n lab get pod web-0 -o yaml")]
    [InlineData(nameof(SubjectKind.Node), "kubectl describe node node-1")]
    [InlineData(nameof(SubjectKind.Unresolved), "crictl inspect 315011446de2")]
    public void KnowsWhereToLook_WhenNothingIsKnown(string kind, string command)
    {
        var subject = kind switch
        {
            nameof(SubjectKind.Pod) => SomeIncidents.Pod(),
            nameof(SubjectKind.Node) => SomeIncidents.Node(),
            _ => SomeIncidents.Unresolved(),
        };

        var report = SomeReport.Writer.Write(SomeIncidents.Of(subject));

        Assert.Equal(command, report.Commands[0]);
        Assert.NotEmpty(report.Actions);
    }

    [Fact]
    public void TrustsFalcosNames_WhenNothingElseNamesThePod()
    {
        var subject = SomeIncidents.Unresolved() with { Resolution = Resolution.Falco, Namespace = "lab", Name = "web-0", Container = "main" };

        var report = SomeReport.Writer.Write(SomeIncidents.Of(subject));

        Assert.Contains("container main of pod lab/web-0 (rule", report.Headline, StringComparison.Ordinal);
        Assert.Contains("- **Pod:** `lab/web-0` (named by Falco only)", MarkdownRenderer.Render(report), StringComparison.Ordinal);
        Assert.Contains("; pod named by Falco only", NoteRenderer.Render(report), StringComparison.Ordinal);
        Assert.Equal("kubectl -n lab get pod web-0 -o yaml", report.Commands[0]);
    }

    [Fact]
    public void SaysThatSilenceProvesNothing_WhenFalcoLostEvents()
    {
        const string json = """{"output":"Falco internal: syscall event drop.","priority":"Debug","rule":"Falco internal: syscall event drop","source":"internal","time":"2025-01-01T10:00:00.000000001Z","output_fields":{"n_drops":"5"}}""";

        var report = SomeReport.Writer.Write(SomeIncidents.Of(SomeIncidents.Node(), null, FalcoAlert.FromJson(Encoding.UTF8.GetBytes(json))));

        Assert.Equal("Falco lost events on node node-1", report.Headline);
        Assert.Contains("its silence then proves nothing", report.Explanation, StringComparison.Ordinal);
        Assert.Contains(report.Actions, action => action.Contains("buf_size_preset", StringComparison.Ordinal));
        Assert.Empty(report.Commands);
    }

    [Fact]
    public void TakesTechniquesFromTheBehaviourAndTheRule()
    {
        var report = SomeReport.Writer.Write(SomeIncidents.Of(
            judgement: SomeIncidents.Imitates(SomeIncidents.Behaviour() with { Attack = ["T1036"] }), alerts: Recordings.HttpAlerts()[215]));

        Assert.Equal(["T1036", "T1609", "T1059.004"], report.Attack);
    }

    [Fact]
    public void TakesTechniquesFromFalcosTags_WhenTheRuleIsNotKnown()
    {
        var report = new ReportWriter(RuleLibrary.Empty).Write(SomeIncidents.Of(alerts: Recordings.HttpAlerts()[215]));

        Assert.Equal(["T1059"], report.Attack);
    }

    [Fact]
    public void DoesNotAccuseAHarmlessBehaviourOfWhatItsImitationWouldBe()
    {
        var report = SomeReport.Writer.Write(SomeIncidents.Of(
            judgement: SomeIncidents.Matches(SomeIncidents.Behaviour() with { Attack = ["T1036"] }), alerts: Recordings.HttpAlerts()[215]));

        Assert.DoesNotContain("T1036", report.Attack);
    }

    [Theory]
    [InlineData(nameof(ContainerType.Init), "init container main of pod lab/web-0")]
    [InlineData(nameof(ContainerType.Ephemeral), "ephemeral container main of pod lab/web-0")]
    [InlineData(nameof(ContainerType.Sandbox), "the sandbox of pod lab/web-0")]
    public void NamesTheKindOfContainer(string type, string phrase)
    {
        Assert.Equal(phrase, SubjectPhrase.Of(SomeIncidents.Pod() with { ContainerType = Enum.Parse<ContainerType>(type) }));
    }
}
