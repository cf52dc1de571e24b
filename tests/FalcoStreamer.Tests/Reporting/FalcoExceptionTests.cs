using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Knowledge;
using FalcoStreamer.Reporting;
using FalcoStreamer.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace FalcoStreamer.Tests.Reporting;

public sealed class FalcoExceptionTests
{
    [Fact]
    public void HoldsTheObservedValues_AndOneListWhereTheyDiffer()
    {
        var yaml = FalcoException.For(SomeIncidents.Calico(), RuleLibrary.Empty);

        Assert.Equal(
            """
            - rule: Detect Shell in Container
              exceptions:
                - name: falcostreamer_calico_felix_xdp_tag_5b2549f1
                  fields: [container.image.repository, k8s.ns.name, proc.pname, proc.name, proc.cmdline]
                  comps: ["=", "=", "=", "=", "in"]
                  values:
                    - ["docker.io/calico/node", "kube-system", "calico-node", "sh", ["sh -c ip link del calico_tmp_A || true", "sh -c ip link del calico_tmp_B || true"]]
              override:
                exceptions: append

            """,
            yaml);
    }

    [Theory]
    [InlineData("id")]
    [InlineData("sh -c id")]
    [InlineData("sh -c echo \"a\" 'b'")]
    [InlineData("a=b")]
    [InlineData("a,b(c)")]
    [InlineData("key: value # no comment")]
    [InlineData("'quoted'")]
    [InlineData("\"quoted\"")]
    [InlineData("sh -c printf '\\n' \\\" x")]
    [InlineData("sh -c a\nb\tc")]
    [InlineData("ünï 漢字 😀")]
    [InlineData("a\u202Eb\u00A0c")]
    [InlineData("yes")]
    [InlineData("0x10")]
    [InlineData("&anchor *alias !tag %x @y {z} [w]")]
    [InlineData(" leading and trailing ")]
    public void MeansExactlyTheValue_AfterYamlAndFalcosOwnLanguage(string value)
    {
        var alert = Some.Alert(fields: ("proc.cmdline", value));
        var yaml = FalcoException.For(SomeIncidents.Of(judgement: SomeIncidents.Matches(SomeIncidents.Behaviour("x", "proc.name", "proc.cmdline")), alerts: alert), RuleLibrary.Empty);

        var tuple = Assert.Single(Assert.Single(FalcoExceptions.Load(yaml!)).Tuples);

        Assert.Equal("sh", Assert.Single(tuple[0]));
        Assert.Equal(value, Assert.Single(tuple[1]));
        Assert.DoesNotContain('\u202E', yaml!);
    }

    [Theory]
    [InlineData("ends in a backslash\\")]
    [InlineData("an escape \u001b[2J")]
    [InlineData("")]
    [InlineData(null)]
    public void IsNull_WhenAValueIsMissingOrHasNoForm(string? value)
    {
        var alert = Some.Alert(fields: ("proc.cmdline", value));

        Assert.Null(FalcoException.For(SomeIncidents.Of(judgement: SomeIncidents.Matches(SomeIncidents.Behaviour("x", "proc.cmdline")), alerts: alert), RuleLibrary.Empty));
    }

    [Fact]
    public void IsNull_WhenAValueIsNotUtf8()
    {
        var alert = FalcoAlert.FromProtobuf(Recordings.Messages("falco/grpc-utf8-0.43.1.raw.hex")[1]);

        Assert.Null(FalcoException.For(SomeIncidents.Of(judgement: SomeIncidents.Matches(SomeIncidents.Behaviour("x", "proc.args")), alerts: alert), RuleLibrary.Empty));
    }

    [Fact]
    public void IsNull_WhenAnExceptionWouldBeWrong()
    {
        var behaviour = SomeIncidents.Behaviour("x", "proc.name");
        var benign = SomeIncidents.Matches(behaviour);

        Assert.NotNull(FalcoException.For(SomeIncidents.Of(judgement: benign), RuleLibrary.Empty));
        Assert.NotNull(FalcoException.For(SomeIncidents.Of(judgement: benign with { Verdict = Verdict.LikelyBenign }), RuleLibrary.Empty));
        Assert.Null(FalcoException.For(SomeIncidents.Of(judgement: benign with { Verdict = Verdict.Undetermined }), RuleLibrary.Empty));
        Assert.Null(FalcoException.For(SomeIncidents.Of(judgement: benign with { Verdict = Verdict.Suspicious }), RuleLibrary.Empty));
        Assert.Null(FalcoException.For(SomeIncidents.Of(judgement: benign with { IsImitation = true }), RuleLibrary.Empty));
        Assert.Null(FalcoException.For(SomeIncidents.Of(judgement: benign with { Behaviour = SomeIncidents.Behaviour() }), RuleLibrary.Empty));
        Assert.Null(FalcoException.For(SomeIncidents.Of(SomeIncidents.Node(), benign), RuleLibrary.Empty));
        Assert.Null(FalcoException.For(SomeIncidents.Of(SomeIncidents.Unresolved(), benign), RuleLibrary.Empty));
        Assert.Null(FalcoException.For(SomeIncidents.Of(), RuleLibrary.Empty));
    }

    [Fact]
    public void LeavesOutAField_WhenTheAlertDoesNotHaveIt()
    {
        var behaviour = SomeIncidents.Behaviour("x", "k8s.ns.name", "proc.pname", "proc.cmdline");
        var alert = Some.Alert(fields: [("k8s.ns.name", "lab"), ("proc.pname", null), ("proc.cmdline", "x")]);

        var entry = Assert.Single(Entries(FalcoException.For(SomeIncidents.Of(null, SomeIncidents.Matches(behaviour), alert), RuleLibrary.Empty)));

        Assert.Equal(["k8s.ns.name", "proc.cmdline"], ((YamlSequenceNode)entry["exceptions"][0]["fields"]).Select(field => field.ToString()));
    }

    [Fact]
    public void IsNull_WhenNothingSaysWhere()
    {
        var behaviour = SomeIncidents.Behaviour("x", "container.image.repository", "k8s.ns.name", "proc.cmdline");

        Assert.Null(FalcoException.For(SomeIncidents.Of(null, SomeIncidents.Matches(behaviour), Some.Alert(fields: ("proc.cmdline", "x"))), RuleLibrary.Empty));
    }

    [Fact]
    public void ExemptsNoCombinationThatNobodySaw()
    {
        var behaviour = SomeIncidents.Behaviour("x", "proc.pname", "proc.cmdline");
        var yaml = FalcoException.For(SomeIncidents.Of(
            null,
            SomeIncidents.Matches(behaviour),
            Some.Alert(fields: [("proc.pname", "a"), ("proc.cmdline", "x")]),
            Some.Alert(fields: [("proc.pname", "b"), ("proc.cmdline", "y")])), RuleLibrary.Empty);

        var values = ValuesOf(Assert.Single(Entries(yaml)));

        Assert.Equal(2, values.Children.Count);
        Assert.DoesNotContain("\"in\"", yaml, StringComparison.Ordinal);
    }

    [Fact]
    public void HasAnEntryForEachRule()
    {
        var yaml = FalcoException.For(SomeIncidents.Of(
            null, SomeIncidents.Matches(SomeIncidents.Behaviour("x", "proc.aname[2]")), Some.Alert("One: odd", fields: ("proc.aname[2]", "a")), Some.Alert("Two things", fields: ("proc.aname[2]", "b"))), RuleLibrary.Empty);

        var entries = Entries(yaml);

        Assert.Equal(["One: odd", "Two things"], entries.Select(entry => entry["rule"].ToString()));
        Assert.All(entries, entry => Assert.Equal("proc.aname[2]", ((YamlSequenceNode)entry["exceptions"][0]["fields"])[0].ToString()));
        Assert.All(entries, entry => Assert.Equal("append", entry["override"]["exceptions"].ToString()));
    }

    [Fact]
    public void TakesTheRulesFields_WhenTheBehaviourNamesNone()
    {
        var alert = Some.Alert("Write below etc", fields: [("k8s.ns.name", "lab"), ("container.image.repository", "lab/app"), ("fd.name", "/etc/app.conf")]);

        var entry = Assert.Single(Entries(FalcoException.For(SomeIncidents.Of(null, SomeIncidents.Matches(SomeIncidents.Behaviour()), alert), RuleLibrary.Load())));

        Assert.Equal(["container.image.repository", "k8s.ns.name", "proc.name", "fd.name"], ((YamlSequenceNode)entry["exceptions"][0]["fields"]).Select(field => field.ToString()));
    }

    [Fact]
    public void IsNull_WhenWhatWasDoneIsMissing()
    {
        var alert = Some.Alert("Write below etc", fields: [("k8s.ns.name", "lab"), ("container.image.repository", "lab/app")]);

        Assert.Null(FalcoException.For(SomeIncidents.Of(null, SomeIncidents.Matches(SomeIncidents.Behaviour()), alert), RuleLibrary.Load()));
    }

    [Fact]
    public void IsNull_WhenAPersonDidIt()
    {
        var behaviour = SomeIncidents.Behaviour("x", "proc.cmdline") with { Nature = BehaviourNature.Unattributed };
        var judgement = SomeIncidents.Matches(behaviour) with { Verdict = Verdict.LikelyBenign };

        Assert.Null(FalcoException.For(SomeIncidents.Of(null, judgement, Some.Alert()), RuleLibrary.Load()));
    }

    private static List<YamlNode> Entries(string? yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(Assert.IsType<string>(yaml)));
        return [.. ((YamlSequenceNode)stream.Documents[0].RootNode).Children];
    }

    private static YamlSequenceNode ValuesOf(YamlNode entry) => (YamlSequenceNode)entry["exceptions"][0]["values"];
}
