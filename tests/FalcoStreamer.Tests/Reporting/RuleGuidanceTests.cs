using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;
using FalcoStreamer.Reporting;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Reporting;

public sealed class RuleGuidanceTests
{
    private static readonly RuleLibrary Rules = RuleLibrary.Load();

    [Fact]
    public void TellsWhatHappenedWithTheAlertsOwnValues()
    {
        var report = SomeReport.Writer.Write(SomeIncidents.Of(alerts: EtcAlert("/etc/cron.d/job")));

        Assert.StartsWith("sh opened /etc/cron.d/job for writing in container main of pod lab/web-0 (rule \"Write below etc\");", report.Headline, StringComparison.Ordinal);
        Assert.Contains("/etc/cron.d/job makes cron run a command later.", report.Guidance!.SeriousHere);
        Assert.Equal(["T1098", "T1543"], report.Attack);
    }

    [Fact]
    public void SaysOnlyWhatIsSeriousHere()
    {
        var guidance = GuidanceOf(SomeIncidents.Of(alerts: EtcAlert("/etc/app/settings.conf")));

        Assert.DoesNotContain(guidance.SeriousHere, text => text.Contains("cron", StringComparison.Ordinal));
    }

    [Fact]
    public void AsksEveryAlertOfTheIncident()
    {
        var guidance = GuidanceOf(SomeIncidents.Of(null, null, EtcAlert("/etc/app/settings.conf"), EtcAlert("/etc/sudoers.d/x", "sh -c other")));

        Assert.Contains("/etc/sudoers.d/x decides who may log in and as whom.", guidance.SeriousHere);
    }

    [Theory]
    [InlineData(false, "a NetworkPolicy that denies everything", "cordon")]
    [InlineData(true, "cordon node-1", "a NetworkPolicy that denies everything")]
    public void IsolatesAPodAsItsNetworkAllows(bool hostNetwork, string said, string unsaid)
    {
        var subject = SomeIncidents.Pod(pod: SomeIncidents.PodFacts() with { HostNetwork = hostNetwork });

        var actions = string.Join(' ', GuidanceOf(SomeIncidents.Of(subject, null, Some.Alert("Execution from /dev/shm", fields: ("proc.pname", "sh")))).Actions);

        Assert.Contains(said, actions, StringComparison.Ordinal);
        Assert.DoesNotContain(unsaid, actions, StringComparison.Ordinal);
    }

    [Fact]
    public void GivesNoAdviceThatPrivilegesMakeMeaningless()
    {
        var owner = new Workload("Deployment", "web");
        var alert = Some.Alert("Change namespace privileges via unshare");

        var ordinary = GuidanceOf(SomeIncidents.Of(SomeIncidents.Pod(owner: owner), null, alert));
        var privileged = GuidanceOf(SomeIncidents.Of(SomeIncidents.Pod(SomeIncidents.Container(new SecurityFacts { Privileged = true }), owner: owner), null, alert));

        Assert.Contains(ordinary.Actions, action => action.Contains("seccompProfile", StringComparison.Ordinal));
        Assert.DoesNotContain(privileged.Actions, action => action.Contains("seccompProfile", StringComparison.Ordinal));
    }

    [Fact]
    public void AsksNothingOfAPodThatIsGone()
    {
        var subject = SomeIncidents.Pod() with { Resolution = Resolution.Deleted };

        var guidance = GuidanceOf(SomeIncidents.Of(subject, null, Some.Alert("Execution from /dev/shm", fields: ("proc.pname", "sh"))));

        Assert.DoesNotContain(guidance.Commands, command => command.Contains("web-0", StringComparison.Ordinal));
        Assert.DoesNotContain(guidance.Actions, action => action.Contains("NetworkPolicy", StringComparison.Ordinal));
    }

    [Fact]
    public void QuotesValuesInCommands()
    {
        var commands = GuidanceOf(SomeIncidents.Of(alerts: EtcAlert("/etc/cron.d/$(reboot)"))).Commands;

        Assert.Contains("kubectl -n lab exec web-0 -c main -- cat '/etc/cron.d/$(reboot)'", commands);
    }

    [Fact]
    public void SaysThatItKnowsNothing_WhenTheRuleIsNotKnown()
    {
        var alert = Some.Alert("Our own rule", fields: [("evt.type", "openat"), ("fd.name", "/srv/data")]);

        var report = SomeReport.Writer.Write(SomeIncidents.Of(alerts: alert));

        Assert.Null(report.Guidance);
        Assert.Equal("Falco's rule \"Our own rule\" fired for sh in container main of pod lab/web-0; nothing known explains it", report.Headline);
        Assert.StartsWith(
            "FalcoStreamer does not know the rule \"Our own rule\" and so cannot say what it looks for. The alert alone says: priority Warning, with the tags container and shell. "
            + "It was raised when sh opened /srv/data.",
            report.Explanation,
            StringComparison.Ordinal);
        Assert.Contains(report.Actions, action => action.Contains("your own rules files", StringComparison.Ordinal));
    }

    [Fact]
    public void SaysWhatTheRuleLooksFor_WhenABehaviourExplainsTheAlert()
    {
        var report = SomeReport.Writer.Write(SomeIncidents.Of(judgement: SomeIncidents.Matches(SomeIncidents.Behaviour())));

        Assert.Null(report.Guidance);
        Assert.Equal("Detect Shell in Container", Assert.Single(report.Detections).Rule);
    }

    private static RuleGuidance GuidanceOf(Incident incident) => RuleGuidance.From(Rules.Find(incident.First.Rule)!, incident);

    private static FalcoAlert EtcAlert(string file, string command = "sh -c id") =>
        Some.Alert("Write below etc", fields: [("fd.name", file), ("proc.cmdline", command)]);
}
