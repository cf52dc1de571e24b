using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Correlation;

public sealed class CompanyTrackerTests
{
    private static readonly Judgement Unknown = new() { Verdict = Verdict.Undetermined, Confidence = 0 };

    private readonly CompanyTracker _tracker = new(100);
    private readonly Subject _subject = SomePods.Subject(SomePods.Pod(SomePods.Container()));

    [Fact]
    public void KnowsThatNothingHappened_WhenNothingDid()
    {
        var company = _tracker.Of(_subject, Some.Time, null);

        Assert.Equal(0, company.Unexplained);
        Assert.Empty(company.Rules!);
        Assert.Empty(company.Commands!);
    }

    [Fact]
    public void SaysNothingOfTheNode()
    {
        var node = new Subject { Kind = SubjectKind.Node, Resolution = Resolution.None, Name = "node-1" };
        Add(Some.Alert(), node, "a", Unknown);

        Assert.Null(_tracker.Of(node, Some.Time, null).Unexplained);
    }

    [Fact]
    public void CountsOtherIncidents_ButNotTheAlertsOwn()
    {
        Add(Some.Alert("rule a", fields: ("proc.cmdline", "a")), _subject, "a", Unknown);
        Add(Some.Alert("rule b", fields: ("proc.cmdline", "b")), _subject, "b", Unknown);

        var company = _tracker.Of(_subject, After(60), "b");

        Assert.Equal(1, company.Unexplained);
        Assert.Equal(["rule a"], company.Rules!);
        Assert.Equal(["a", "b"], company.Commands!.Select(command => command.ToString()));
    }

    [Fact]
    public void DoesNotCountWhatIsExplained_OrOnlySaysWhatTheContainerIs()
    {
        Add(Some.Alert("rule a"), _subject, "a", Unknown with { Verdict = Verdict.LikelyBenign });
        Add(Some.Alert("Launch Privileged Container"), _subject, "b", Unknown);

        Assert.Equal(0, _tracker.Of(_subject, After(60), null).Unexplained);
    }

    [Fact]
    public void SeesThatAnIncidentIsJudgedAnew()
    {
        var incident = Add(Some.Alert("rule a"), _subject, "a", Unknown with { Verdict = Verdict.Benign });
        incident.Judgement = Unknown with { Verdict = Verdict.Suspicious };

        Assert.Equal(1, _tracker.Of(_subject, After(60), null).Unexplained);
    }

    [Theory]
    [InlineData(600, 1)]
    [InlineData(601, 0)]
    public void ForgetsAfterTenMinutes(int seconds, int expected)
    {
        Add(Some.Alert("rule a"), _subject, "a", Unknown);

        var company = _tracker.Of(_subject, After(seconds), null);

        Assert.Equal(expected, company.Unexplained);
        Assert.Equal(expected, company.Commands!.Count);
    }

    [Fact]
    public void KeepsContainersApart()
    {
        Add(Some.Alert("rule a"), SomePods.Subject(SomePods.Pod(SomePods.Container("other"))), "a", Unknown);

        Assert.Equal(0, _tracker.Of(_subject, After(1), null).Unexplained);
    }

    [Fact]
    public void StaysSmall_WhenTenThousandContainersAlert()
    {
        for (var i = 0; i < 10_000; i++)
        {
            var container = new Subject { Kind = SubjectKind.Unresolved, Resolution = Resolution.None, ContainerId = $"{i:x12}" };
            Add(Some.Alert("rule a", fields: ("proc.cmdline", new string('x', 10_000))), container, "a", Unknown);
        }

        Assert.Equal(100, _tracker.Causes);
        Assert.Equal(9_900, _tracker.Evictions);
    }

    [Fact]
    public void KeepsFewCommandsOfOneContainer_AndThoseShort()
    {
        for (var i = 0; i < 1_000; i++)
        {
            Add(Some.Alert("rule a", fields: ("proc.cmdline", $"{i}{new string('x', 10_000)}")), _subject, "a", Unknown);
        }

        var commands = _tracker.Of(_subject, After(1), null).Commands!;
        Assert.Equal(16, commands.Count);
        Assert.All(commands, command => Assert.Equal(1_024, command.Span.Length));
    }

    [Fact]
    public void ForgetsWhatIsOld_WithoutBeingAsked()
    {
        Add(Some.Alert("rule a"), _subject, "a", Unknown);
        Add(Some.Alert("rule a", time: After(700)), SomePods.Subject(SomePods.Pod(SomePods.Container("other"))), "a", Unknown);

        Assert.Equal(1, _tracker.Causes);
        Assert.Equal(0, _tracker.Evictions);
    }

    private static AlertTime After(double seconds) => Some.Time + TimeSpan.FromSeconds(seconds);

    private OpenIncident Add(FalcoAlert alert, Subject subject, string cause, Judgement judgement)
    {
        var incident = new OpenIncident(new CauseKey(subject.Key, cause), alert, subject, judgement, TimeSpan.FromSeconds(10), 10);
        _tracker.Add(alert, subject, cause, incident);
        return incident;
    }
}
