using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Correlation;

/// <summary>Where an exec in the API server's audit log meets what Falco saw in the pod, the incident names the user; nowhere else.</summary>
public sealed class AuditTrailTests
{
    private static readonly Subject Pod = SomePods.Subject(SomePods.Pod(SomePods.Container() with
    {
        StartedAt = Some.Time + TimeSpan.FromHours(-1),
        SpecCommands = [new SpecCommand(SpecCommandKind.LivenessProbe, ["sh", "-c", "test -f /tmp/ready"], TimeSpan.FromSeconds(10))],
    }));

    private static readonly Subject PodOfAudit = Pod with { Source = "k8s_audit", Container = null, ContainerType = null, ContainerFacts = null, ContainerId = null };

    private readonly Correlator _correlator = new(BehaviourLibrary.Load(null), new CorrelationOptions());
    private readonly List<IncidentChange> _changes = [];

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(-119)]
    [InlineData(119)]
    public void NamesTheUser_InWhicheverOrderTheyCome(int seconds)
    {
        var audit = SomeAudits.Exec(At(seconds), ("ka.user.groups", "(dev,system:authenticated)"), ("ka.sourceips", "(10.0.0.7)"));
        AddAll((audit, PodOfAudit), (Terminal(), Pod));

        var shell = Latest(Terminal());
        Assert.Equal("alice@example.com", shell.Judgement.Attribution?.Accounts);
        Assert.Equal(Verdict.Undetermined, shell.Judgement.Verdict);
        Assert.Contains(shell.Judgement.For, reason => reason.Text.Contains("alice@example.com (groups dev, from 10.0.0.7)", StringComparison.Ordinal));
        Assert.Contains("alice@example.com", SomeReport.Writer.Write(shell).Headline, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-121)]
    [InlineData(180)]
    public void NamesNobody_WhenTheyAreTooFarApart(int seconds)
    {
        AddAll((SomeAudits.Exec(At(seconds)), PodOfAudit), (Terminal(), Pod));

        Assert.Null(Latest(Terminal()).Judgement.Attribution);
        Assert.StartsWith("Somebody ran", SomeReport.Writer.Write(Latest(Terminal())).Headline, StringComparison.Ordinal);
    }

    [Fact]
    public void NamesNobody_WhenTheAuditIsOfAnotherPod()
    {
        AddAll((SomeAudits.Exec(At(-1), ("ka.target.name", "web-1")), PodOfAudit with { Name = "web-1", Uid = "other" }), (Terminal(), Pod));

        Assert.Null(Latest(Terminal()).Judgement.Attribution);
    }

    [Fact]
    public void NamesNobody_WhenTheAuditIsOfAnEarlierPodOfThatName()
    {
        AddAll((SomeAudits.Exec(At(-60)), PodOfAudit with { Uid = "the one before" }), (Terminal(), Pod));

        Assert.Null(Latest(Terminal()).Judgement.Attribution);
    }

    [Fact]
    public void NamesNobody_WhenTheAuditIsOfAnotherContainer()
    {
        AddAll((SomeAudits.Exec(At(-1), ("ka.uri.param[container]", "sidecar")), PodOfAudit), (Terminal(), Pod));

        Assert.Null(Latest(Terminal()).Judgement.Attribution);
    }

    [Theory]
    [InlineData("ka.response.code", "403")]
    [InlineData("ka.auth.decision", "forbid")]
    [InlineData("ka.target.subresource", "log")]
    [InlineData("ka.target.subresource", "portforward")]
    public void NamesNobody_WhenTheRequestLetNobodyIn(string field, string value)
    {
        AddAll((SomeAudits.Exec(At(-1), (field, value)), PodOfAudit), (Terminal(), Pod));

        Assert.Null(Latest(Terminal()).Judgement.Attribution);
    }

    [Fact]
    public void NamesNobody_WhenTheProcessIsTheWorkloadsOwn()
    {
        var own = Some.Alert("Contact K8S API Server From Container", fields: [("proc.name", "app"), ("proc.cmdline", "app --serve"), ("proc.tty", 0)]);

        AddAll((SomeAudits.Exec(At(-1)), PodOfAudit), (own, Pod));

        Assert.Null(Latest(own).Judgement.Attribution);
    }

    [Theory]
    [InlineData("/api/v1/namespaces/lab/pods/web-0/exec?command=sh&command=-c&command=id", AttributionMatch.Command)]
    [InlineData("/api/v1/namespaces/lab/pods/web-0/exec?command=%2Fbin%2Fsh&command=-c&command=id&stdin=true", AttributionMatch.Command)]
    [InlineData("/api/v1/namespaces/lab/pods/web-0/exec?command=sh&command=-c&command=id+-u", AttributionMatch.Time)]
    [InlineData(null, AttributionMatch.Program)]
    internal void IsSurer_WhenTheCommandFits(string? uri, AttributionMatch match)
    {
        AddAll((SomeAudits.Exec(At(-1), ("ka.uri", uri)), PodOfAudit), (Command("sh -c id"), Pod));

        var shell = Latest(Command("sh -c id"));
        Assert.Equal(match, shell.Judgement.Attribution?.Match);
        Assert.Equal(3 + (int)match, shell.Judgement.For.Max(reason => reason.Text.Contains("audit log", StringComparison.Ordinal) ? reason.Weight : 0));
    }

    [Fact]
    public void NamesTheOneWhoseCommandItIs_WhenTwoWereThere()
    {
        AddAll(
            (SomeAudits.Exec(At(-2), ("ka.user.name", "bob"), ("ka.uri", "/api/v1/namespaces/lab/pods/web-0/exec?command=ls")), PodOfAudit),
            (SomeAudits.Exec(At(-20), ("ka.uri", "/api/v1/namespaces/lab/pods/web-0/exec?command=sh&command=-c&command=id")), PodOfAudit),
            (Command("sh -c id"), Pod));

        Assert.Equal("alice@example.com", Latest(Command("sh -c id")).Judgement.Attribution?.Accounts);
    }

    [Fact]
    public void NamesBoth_WhenNothingTellsThemApart()
    {
        AddAll((SomeAudits.Exec(At(-2), ("ka.user.name", "bob")), PodOfAudit), (SomeAudits.Exec(At(-3)), PodOfAudit), (Terminal(), Pod));

        var shell = Latest(Terminal());
        Assert.Equal("bob or alice@example.com", shell.Judgement.Attribution?.Accounts);
        Assert.StartsWith("Somebody, most probably bob or alice@example.com, ran", SomeReport.Writer.Write(shell).Headline, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("system:serviceaccount:lab:web")]
    [InlineData("system:anonymous")]
    [InlineData("system:node:node-1")]
    public void IsSuspicious_WhenTheAccountIsNoPersons(string account)
    {
        AddAll((Terminal(), Pod), (SomeAudits.Exec(At(1), ("ka.user.name", account)), PodOfAudit));

        var shell = Latest(Terminal());
        Assert.Equal(Verdict.Suspicious, shell.Judgement.Verdict);
        Assert.Equal(6, shell.Judgement.Against[0].Weight);
        Assert.Contains(shell.Judgement.Against, reason => reason.Text.Contains(account, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("system:serviceaccount:ci:gitlab-runner", "Undetermined")]
    [InlineData("system:serviceaccount:lab:default", "Suspicious")]
    [InlineData("system:node:node-1", "Suspicious")]
    [InlineData("system:anonymous", "Suspicious")]
    public void LeavesOpenWhatAProgramDid_UnlessSomethingSpeaksAgainstItsAccount(string account, string verdict)
    {
        var command = Command("sh -c ./migrate.sh");
        AddAll((command, Pod), (SomeAudits.Exec(At(1), ("ka.user.name", account)), PodOfAudit));

        var ran = Latest(command);
        Assert.Equal((verdict, account), (ran.Judgement.Verdict.ToString(), ran.Judgement.Attribution?.Accounts));
        Assert.Contains(ran.Judgement.For.Concat(ran.Judgement.Against), reason => reason.Text.Contains(account, StringComparison.Ordinal));
    }

    [Fact]
    public void NamesTheUserBehindAProxysAccount()
    {
        AddAll((SomeAudits.Exec(At(-1), ("ka.user.name", "system:serviceaccount:cattle-system:rancher"), ("ka.impuser.name", "u-7xk2p")), PodOfAudit), (Terminal(), Pod));

        var shell = Latest(Terminal());
        Assert.Equal(("u-7xk2p", Verdict.Undetermined), (shell.Judgement.Attribution?.Accounts, shell.Judgement.Verdict));
    }

    [Fact]
    public void DoubtsTheProbe_WhenSomebodyAskedForExactlyThatCommand()
    {
        var probe = Command("sh -c test -f /tmp/ready");
        AddAll((probe, Pod));
        Assert.True(Latest(probe).Judgement.Verdict <= Verdict.LikelyBenign);

        AddAll((SomeAudits.Exec(At(1), ("ka.uri", "/api/v1/namespaces/lab/pods/web-0/exec?command=sh&command=-c&command=test+-f+%2Ftmp%2Fready")), PodOfAudit));

        var report = SomeReport.Writer.Write(Latest(probe));
        Assert.Equal(Verdict.Undetermined, report.Incident.Judgement.Verdict);
        Assert.Equal("alice@example.com ran the command of the liveness probe by hand in container main of pod lab/web-0", report.Headline);
        Assert.DoesNotContain(report.Actions, action => action.Contains("Nothing to contain", StringComparison.Ordinal));
        Assert.Null(report.Exception);
    }

    [Fact]
    public void LeavesTheProbeBenign_WhenSomebodyOnlyWasThere()
    {
        var probe = Command("sh -c test -f /tmp/ready");

        AddAll((SomeAudits.Exec(At(-1)), PodOfAudit), (probe, Pod));

        Assert.True(Latest(probe).Judgement.Verdict <= Verdict.LikelyBenign);
    }

    [Fact]
    public void StillNamesTheUser_WhenTheIncidentIsJudgedAnew()
    {
        AddAll((SomeAudits.Exec(At(-1)), PodOfAudit), (Terminal(), Pod));
        AddAll(
            (Some.Alert("Launch Package Management Process in Container", time: At(2), fields: [("proc.name", "apk"), ("proc.cmdline", "apk add curl"), ("proc.tty", 34816)]), Pod),
            (Some.Alert("Drop and execute new binary in container", time: At(3), fields: [("proc.name", "x"), ("proc.cmdline", "/tmp/x"), ("proc.tty", 34816)]), Pod));

        var shell = Latest(Terminal());
        Assert.Equal("attack-shell-download-exec", shell.Judgement.Behaviour?.Id);
        Assert.Equal("alice@example.com", shell.Judgement.Attribution?.Accounts);
        Assert.Single(shell.Judgement.For, reason => reason.Text.Contains("audit log", StringComparison.Ordinal));
    }

    [Fact]
    public void KeepsTheRequestsOfTwoAccountsApart()
    {
        AddAll((SomeAudits.Exec(At(0)), PodOfAudit), (SomeAudits.Exec(At(1), ("ka.user.name", "bob")), PodOfAudit), (SomeAudits.Exec(At(2)), PodOfAudit));
        _correlator.CloseAll(_changes);

        Assert.Equal([2L, 1L], _changes.GroupBy(change => change.Incident.Id).Select(incident => LatestOf(incident.Key).Count));
    }

    [Fact]
    public void StaysBounded_WhateverComes()
    {
        var trail = new AuditTrail();
        var incident = OpenIncident(SomeAudits.Exec());
        for (var i = 0; i < AuditTrail.MostPods + 10; i++)
        {
            trail.Add(SomeAudits.Exec(fields: ("ka.target.name", $"web-{i}")), PodOfAudit with { Name = $"web-{i}" }, incident);
        }

        Assert.Equal(AuditTrail.MostPods, trail.Pods);
        Assert.Equal(10, trail.Evictions);
        for (var i = 0; i < AuditTrail.MostOfAPod + 5; i++)
        {
            trail.Add(SomeAudits.Exec(At(1), ("ka.user.name", $"user-{i}")), PodOfAudit with { Name = "web-9999" }, incident);
        }

        Assert.Equal(10 + 1 + 5, trail.Evictions);
    }

    [Fact]
    public void ForgetsWhatIsOld_WithoutCountingIt()
    {
        var trail = new AuditTrail();
        var incident = OpenIncident(SomeAudits.Exec());
        trail.Add(SomeAudits.Exec(), PodOfAudit, incident);

        trail.Add(SomeAudits.Exec(At(121)), PodOfAudit with { Name = "web-1" }, incident);

        Assert.Equal((1, 0L), (trail.Pods, trail.Evictions));
    }

    private static OpenIncident OpenIncident(FalcoAlert alert) =>
        new(new CauseKey("", ""), alert, PodOfAudit, new Judgement { Verdict = Verdict.Undetermined, Confidence = 0 }, TimeSpan.FromSeconds(10), 10);

    private static AlertTime At(int seconds) => Some.Time + TimeSpan.FromSeconds(seconds);

    private static FalcoAlert Terminal() => Some.Alert(
        "Terminal shell in container", fields: [("proc.name", "bash"), ("proc.cmdline", "bash"), ("proc.pname", "containerd-shim"), ("proc.tty", 34816)]);

    private static FalcoAlert Command(string command) => Some.Alert(
        fields: [("proc.name", "sh"), ("proc.cmdline", command), ("proc.pname", "containerd-shim"), ("proc.tty", 0)]);

    /// <summary>In the order of their times, as Falco sends them.</summary>
    private void AddAll(params (FalcoAlert Alert, Subject Subject)[] alerts)
    {
        foreach (var (alert, subject) in alerts.OrderBy(item => item.Alert.Time))
        {
            _correlator.Advance(alert.Time, _changes);
            _correlator.Add(alert, subject, alert.Time, _changes);
        }
    }

    private Incident Latest(FalcoAlert alert) => LatestOf(_changes.First(change => change.Incident.First.Id == alert.Id).Incident.Id);

    private Incident LatestOf(string id) => _changes.Last(change => change.Incident.Id == id).Incident;
}
