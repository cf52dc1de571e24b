using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Correlation;

public sealed class CorrelatorTests
{
    private static readonly TimeSpan QuietPeriod = TimeSpan.FromSeconds(10);

    private readonly List<IncidentChange> _changes = [];
    private readonly Subject _subject = SomePods.Subject(SomePods.Pod(SomePods.Container()));
    private Correlator _correlator = new(Shipped.Behaviours, new CorrelationOptions());

    [Fact]
    public void MakesOneIncident_WhenCalicoRunsAAndThenB()
    {
        Add(SomePods.CalicoAlert("A"), SomePods.CalicoSubject());
        Add(SomePods.CalicoAlert("B", After(0.117)), SomePods.CalicoSubject());

        var incident = Assert.Single(CloseAll());
        Assert.Equal(2, incident.Count);
        Assert.Equal(Verdict.Benign, incident.Judgement.Verdict);
        Assert.Equal(2, incident.Samples.Count);
        Assert.Equal(After(0.117), incident.LastTime);
    }

    [Fact]
    public void KeepsCalicoInOneIncident_WhenSeveralRulesFire()
    {
        Add(SomePods.CalicoAlert("A"), SomePods.CalicoSubject());
        Add(Some.Alert("Run shell untrusted", Priority.Notice, After(1), fields: [("proc.cmdline", "sh -c ip link del calico_tmp_B || true"), ("proc.pname", "calico-node")]), SomePods.CalicoSubject());

        var incident = Assert.Single(CloseAll());
        Assert.Equal(["Detect Shell in Container", "Run shell untrusted"], incident.Rules);
        Assert.Equal(Priority.Warning, incident.Priority);
    }

    [Fact]
    public void KeepsAnImitationApart_WhenCalicoIsAtWorkInTheSameContainer()
    {
        Add(SomePods.CalicoAlert("A"), SomePods.CalicoSubject());
        Add(SomePods.CalicoAlert("B", After(1), ("proc.tty", 34816)), SomePods.CalicoSubject());

        Assert.Equal([Verdict.Benign, Verdict.Suspicious], CloseAll().Select(incident => incident.Judgement.Verdict).Order());
    }

    [Fact]
    public void ClosesIncident_WhenThePodStaysQuiet()
    {
        Add(Some.Alert(), _subject);
        Add(Some.Alert(time: After(1)), _subject);

        _correlator.Advance(After(1) + QuietPeriod, _changes);

        var closed = _changes.Single(change => change.Kind == IncidentChangeKind.Closed);
        Assert.Equal(2, closed.Incident.Count);
        Assert.Equal(0, _correlator.OpenIncidents);
    }

    [Fact]
    public void OpensAnotherIncident_WhenTheSameHappensAfterTheQuietPeriod()
    {
        Add(Some.Alert(), _subject);
        Add(Some.Alert(time: After(10.1)), _subject);

        Assert.Equal([1, 1], CloseAll().Select(incident => incident.Count));
    }

    [Fact]
    public void JudgesABacklogByFalcosTime_WhenItArrivesAtOnce()
    {
        _correlator.Add(Some.Alert(), _subject, After(7200), _changes);
        _correlator.Add(Some.Alert(time: After(3600)), _subject, After(7200), _changes);

        Assert.Equal(2, CloseAll().Count);
    }

    [Fact]
    public void KeepsAProbesIncidentOpenLonger_BecauseItsBehaviourSaysSo()
    {
        var container = SomePods.Container() with { SpecCommands = [new SpecCommand(SpecCommandKind.LivenessProbe, ["cat", "/ok"], TimeSpan.FromMinutes(1))] };
        var subject = SomePods.Subject(SomePods.Pod(container));
        for (var minute = 0; minute < 5; minute++)
        {
            Add(Some.Alert(time: After(minute * 60), fields: [("proc.cmdline", "cat /ok"), ("proc.pname", "runc"), ("proc.tty", 0)]), subject);
        }

        var incident = Assert.Single(CloseAll());
        Assert.Equal(5, incident.Count);
        Assert.Equal(Verdict.Benign, incident.Judgement.Verdict);
        Assert.Equal(
            [Verdict.LikelyBenign, Verdict.Benign],
            _changes.Where(change => change.Kind is IncidentChangeKind.Opened or IncidentChangeKind.Rejudged).Select(change => change.Incident.Judgement.Verdict));
    }

    [Fact]
    public void KeepsWhatSpokeAgainstAProbe_ThoughLaterRunsComeInItsPeriod()
    {
        var container = SomePods.Container() with { SpecCommands = [new SpecCommand(SpecCommandKind.LivenessProbe, ["cat", "/ok"], TimeSpan.FromMinutes(1))] };
        var subject = SomePods.Subject(SomePods.Pod(container));
        for (var minute = 0; minute < 5; minute++)
        {
            Add(Some.Alert(time: After(minute * 60), fields: [("proc.cmdline", "cat /ok"), ("proc.pname", minute == 1 ? "nginx" : "runc"), ("proc.tty", 0)]), subject);
        }

        Assert.Contains(CloseAll(), incident => incident.Judgement is { Verdict: Verdict.Suspicious, IsImitation: true });
    }

    [Fact]
    public void TellsGrowthSparingly_WhenAStormGoesOn()
    {
        for (var i = 0; i < 600; i++)
        {
            Add(Some.Alert(time: After(i * 0.1)), _subject);
            _correlator.Advance(After(i * 0.1), _changes);
        }

        var grown = _changes.Where(change => change.Kind == IncidentChangeKind.Grown).ToList();
        Assert.InRange(grown.Count, 6, 10);
        Assert.Equal(600, Assert.Single(CloseAll()).Count);
    }

    [Fact]
    public void TellsASecondAlertWithinASecond()
    {
        Add(SomePods.CalicoAlert("A"), SomePods.CalicoSubject());
        Add(SomePods.CalicoAlert("B", After(0.1)), SomePods.CalicoSubject());

        _correlator.Advance(After(1), _changes);

        Assert.Equal([IncidentChangeKind.Opened, IncidentChangeKind.Grown], _changes.Select(change => change.Kind));
        Assert.Equal(2, _changes[^1].Incident.Count);
    }

    [Fact]
    public void JudgesAnew_WhenALaterAlertIsWorse()
    {
        Add(SomePods.CalicoAlert("A"), SomePods.CalicoSubject());
        var unresolvedOwner = SomePods.CalicoSubject() with { Owner = null, Pod = SomePods.CalicoNode() with { HostNetwork = false }, Namespace = null };
        Add(SomePods.CalicoAlert("B", After(1), ("proc.pname", null), ("container.name", null)), unresolvedOwner with { ContainerFacts = null, Image = null, Container = "calico-node" });

        var rejudged = Assert.Single(_changes, change => change.Kind == IncidentChangeKind.Rejudged);
        Assert.NotEqual(Verdict.Benign, rejudged.Incident.Judgement.Verdict);
        Assert.Equal(2, rejudged.Incident.Count);
    }

    [Fact]
    public void RaisesAllItsIncidents_WhenASequenceIsComplete()
    {
        Add(Shell("sh -c id"), _subject);
        Add(Some.Alert("Launch Ingress Remote File Copy Tools in Container", time: After(60), fields: [("proc.name", "wget"), ("proc.cmdline", "wget http://x/y")]), _subject);
        _correlator.Advance(After(100), _changes);
        Add(Some.Alert("Drop and execute new binary in container", Priority.Critical, After(120), fields: [("proc.name", "y"), ("proc.cmdline", "y")]), _subject);

        var latest = _changes.GroupBy(change => change.Incident.Id).Select(group => group.Last().Incident).ToList();
        Assert.Equal(3, latest.Count);
        Assert.All(latest, incident => Assert.Equal(Verdict.Suspicious, incident.Judgement.Verdict));
        Assert.All(latest, incident => Assert.Equal("attack-shell-download-exec", incident.Judgement.Behaviour?.Id));
        Assert.Equal(
            ["a shell ran", "something was fetched from outside", "a program that is not from the image was executed"],
            latest[0].Judgement.Story.Select(line => line.Step));
    }

    [Theory]
    [InlineData(301)]
    [InlineData(-1)]
    public void LeavesASequenceAlone_WhenItIsTooSlowOrOutOfOrder(int secondsOfTheLastStep)
    {
        Add(Shell("sh -c id"), _subject);
        Add(Some.Alert("Launch Ingress Remote File Copy Tools in Container", time: After(2), fields: [("proc.name", "wget"), ("proc.cmdline", "wget http://x/y")]), _subject);
        Add(Some.Alert("Drop and execute new binary in container", time: After(secondsOfTheLastStep), fields: [("proc.name", "y"), ("proc.cmdline", "y")]), _subject);

        Assert.All(CloseAll(), incident => Assert.Equal(Verdict.Undetermined, incident.Judgement.Verdict));
    }

    [Fact]
    public void DoesNotJoinTheStepsOfTwoContainers()
    {
        var other = SomePods.Subject(SomePods.Pod(SomePods.Container("other")));
        Add(Shell("sh -c id"), _subject);
        Add(Some.Alert("Launch Ingress Remote File Copy Tools in Container", time: After(2), fields: [("proc.name", "wget"), ("proc.cmdline", "wget http://x/y")]), other);
        Add(Some.Alert("Drop and execute new binary in container", time: After(3), fields: [("proc.name", "y"), ("proc.cmdline", "y")]), _subject);

        Assert.All(CloseAll(), incident => Assert.Equal(Verdict.Undetermined, incident.Judgement.Verdict));
    }

    [Fact]
    public void ClosesTheQuietestOrdinaryIncidentEarly_WhenTooManyAreOpen()
    {
        _correlator = new Correlator(Shipped.Behaviours, new CorrelationOptions { MaxOpenIncidents = 3 });
        Add(SomePods.CalicoAlert("B", fields: ("proc.tty", 34816)), SomePods.CalicoSubject());
        for (var i = 0; i < 10; i++)
        {
            Add(Some.Alert($"rule {i}", time: After(i)), _subject);
        }

        Assert.Equal(3, _correlator.OpenIncidents);
        Assert.Equal(8, _changes.Count(change => change.Kind == IncidentChangeKind.Closed));
        Assert.True(_correlator.Evictions >= 8, "each early closing is counted");
        Assert.DoesNotContain(_changes, change => change.Kind == IncidentChangeKind.Closed && change.Incident.Judgement.Verdict == Verdict.Suspicious);
        Assert.Equal(11, CloseAll().Sum(incident => incident.Count));
    }

    [Fact]
    public void GivesTheSameIncidents_WhicheverWayTheRecordedAlertsCame()
    {
        var grpc = Judge(Recordings.GrpcAlerts());
        var http = Judge(Recordings.HttpAlerts().Where(alert => !alert.SourceText.Is("internal"u8)));

        Assert.Equal(245, grpc.Sum(incident => incident.Count));
        Assert.Equal(grpc.Select(Describe), http.Select(Describe));
    }

    [Fact]
    public void KeepsTheAppointmentBookSmall_WhenOneIncidentLivesLong()
    {
        for (var i = 0; i < 100_000; i++)
        {
            Add(Some.Alert(time: After(i)), _subject);
            _correlator.Advance(After(i), _changes);
            _changes.Clear();
        }

        Assert.InRange(_correlator.Appointments, 1, 20);
    }

    private static string Describe(Incident incident) =>
        $"{incident.Id} {incident.Count} {incident.Judgement.Verdict} {incident.Judgement.Behaviour?.Id} {incident.FirstTime} {incident.LastTime} {string.Join(',', incident.Alerts)}";

    private static List<Incident> Judge(IEnumerable<FalcoAlert> alerts)
    {
        var correlator = new Correlator(Shipped.Behaviours, new CorrelationOptions());
        var changes = new List<IncidentChange>();
        foreach (var alert in alerts)
        {
            var container = alert.Field("container.id").ToStringOrNull();
            var subject = new Subject { Kind = SubjectKind.Unresolved, Resolution = Resolution.None, ContainerId = container };
            correlator.Advance(alert.Time, changes);
            correlator.Add(alert, subject, alert.Time, changes);
        }

        correlator.CloseAll(changes);
        return [.. changes.Where(change => change.Kind == IncidentChangeKind.Closed).Select(change => change.Incident)];
    }

    private static AlertTime After(double seconds) => Some.Time + TimeSpan.FromSeconds(seconds);

    private static FalcoAlert Shell(string commandLine) => Some.Alert(fields: ("proc.cmdline", commandLine));

    private void Add(FalcoAlert alert, Subject subject) => _correlator.Add(alert, subject, alert.Time, _changes);

    private List<Incident> CloseAll()
    {
        _correlator.CloseAll(_changes);
        return [.. _changes.Where(change => change.Kind == IncidentChangeKind.Closed).Select(change => change.Incident)];
    }
}
