using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Correlation;

/// <summary>What an attacker writes may be long; it must neither cost much nor be taken for something harmless.</summary>
public sealed class HostileTextTests
{
    private const int Cut = PredicateEvaluator.LongestMatched;

    [Theory]
    [InlineData("^a+$", Cut, "Yes")]
    [InlineData("^a+$", Cut + 1, "No")]
    [InlineData("a$", Cut + 1, "No")]
    [InlineData("^aaa", Cut + 1, "Yes")]
    public void TakesNothingForAMatchThatTheCutMightHaveMade(string pattern, int length, string answer)
    {
        var facts = FactsOf(new string('a', length));

        Assert.Equal(answer, Ask(PredicateOperator.Matches, pattern, facts));
    }

    [Theory]
    [InlineData("^a+$", Cut, "No")]
    [InlineData("^b", Cut, "Yes")]
    [InlineData("^b", Cut + 1, "Unknown")]
    [InlineData("^aaa", Cut + 1, "No")]
    public void DoesNotKnowWhatIsNotThere_WhenTheTextIsCut(string pattern, int length, string answer) =>
        Assert.Equal(answer, Ask(PredicateOperator.NotMatches, pattern, FactsOf(new string('a', length))));

    [Fact]
    public void StillSeesTheImitation_WhenAMegabyteFollowsTheCommand()
    {
        var alert = SomePods.CalicoAlert(fields: ("proc.cmdline", $"sh -c ip link del calico_tmp_A || true; {new string('x', 1024 * 1024)}"));

        var judgement = new BehaviourMatcher(Shipped.Behaviours).Judge(alert, SomePods.CalicoSubject());

        Assert.Equal(Verdict.Suspicious, judgement.Verdict);
        Assert.All(judgement.Against, evidence => Assert.InRange(evidence.Text.Length, 1, 1000));
    }

    [Fact]
    public void ShowsOnlyTheBeginning_WhenAValueIsLong()
    {
        var behaviour = Shipped.Behaviours.Single[0] with
        {
            When = [new FieldPredicate("alert.proc.name", PredicateOperator.NotIn, ["x"], 5, "It is {value}")],
            Scope = [],
            For = [],
            Against = [],
        };

        var judgement = new BehaviourMatcher(new BehaviourLibrary([behaviour])).Judge(
            Some.Alert(fields: ("proc.name", new string('é', 1024 * 1024))), SomePods.CalicoSubject());

        Assert.Equal($"It is {new string('é', 256)}…", judgement.For[0].Text);
    }

    [Theory]
    [InlineData(3_000, "exec-probe")]
    [InlineData(10_000, null)] // Falco never shows so much of a command: no answer, and no cost.
    public void JudgesAPodWith200ContainersOfLongProbes(int length, string? behaviour)
    {
        var probe = new SpecCommand(SpecCommandKind.LivenessProbe, ["sh", "-c", new string('p', length)], TimeSpan.FromSeconds(1));
        var containers = Enumerable.Range(0, 200).Select(number => SomePods.Container($"c{number}") with { SpecCommands = [probe, probe, probe] }).ToArray();
        var subject = SomePods.Subject(SomePods.Pod(containers[0]) with { Containers = containers });
        var matcher = new BehaviourMatcher(Shipped.Behaviours);

        var judgement = matcher.Judge(Some.Alert(fields: [("proc.cmdline", $"sh -c {new string('p', length)}"), ("proc.pname", "runc"), ("proc.tty", 0)]), subject);

        Assert.Equal(behaviour, judgement.Behaviour?.Id);
    }

    private static string Ask(PredicateOperator @operator, string pattern, Facts facts) =>
        PredicateEvaluator.Ask(new FieldPredicate("alert.proc.name", @operator, [pattern], 1, null), facts, out _).ToString();

    private static Facts FactsOf(string name) => new(Some.Alert(fields: ("proc.name", name)), new Subject { Kind = SubjectKind.Node, Resolution = Resolution.Live }, default);
}
