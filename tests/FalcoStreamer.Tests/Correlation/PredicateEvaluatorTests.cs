using FalcoStreamer.Correlation;
using FalcoStreamer.Knowledge;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Correlation;

public sealed class PredicateEvaluatorTests
{
    private static readonly Facts Facts = new(
        Some.Alert(fields: [("proc.pname", "runc"), ("proc.aname[2]", "containerd-shim"), ("proc.cmdnargs", 2)]), SomePods.CalicoSubject(), default);

    [Theory]
    [InlineData("process.ancestors", "in", "containerd-shim", "Yes")]
    [InlineData("process.ancestors", "in", "bash", "No")]
    [InlineData("process.ancestors", "notIn", "bash", "Yes")]
    [InlineData("process.ancestors", "notIn", "runc", "No")]
    [InlineData("process.ancestors", "contains", "shim", "Yes")]
    [InlineData("process.ancestors", "startsWith", "contain", "Yes")]
    [InlineData("process.ancestors", "endsWith", "-shim", "Yes")]
    [InlineData("process.ancestors", "matches", "^r[a-z]+$", "Yes")]
    [InlineData("process.ancestors", "notMatches", "^r[a-z]+$", "No")]
    [InlineData("process.ancestors", "notMatches", "^x", "Yes")]
    [InlineData("pod.hostPaths", "in", "/", "No")]
    [InlineData("pod.hostPaths", "notIn", "/", "Yes")]
    [InlineData("company.rules", "in", "x", "Unknown")]
    [InlineData("company.rules", "notIn", "x", "Unknown")]
    [InlineData("alert.proc.cmdline", "endsWith", " id", "Yes")]
    [InlineData("pod.namespace", "endsWith", "-system", "Yes")]
    [InlineData("alert.proc.cmdnargs", "lessThan", "3", "Yes")]
    [InlineData("container.restarts", "moreThan", "0", "No")]
    [InlineData("container.restarts", "in", "0", "Yes")]
    public void Answers(string field, string key, string value, string answer) =>
        Assert.Equal(answer, PredicateEvaluator.Ask(One(field, key, value), Facts, out _).ToString());

    [Fact]
    public void ShowsTheElementThatMatched_WhenTheFactIsASet()
    {
        PredicateEvaluator.Ask(One("process.ancestors", "endsWith", "shim"), Facts, out var ground);

        Assert.Equal("containerd-shim", ground.Fact.ToShortString());
    }

    [Theory]
    [InlineData("Yes", "Unknown, No, Yes")]
    [InlineData("Unknown", "No, Unknown, No")]
    [InlineData("No", "No, No")]
    public void AnswersAGroup(string answer, string members)
    {
        var group = new PredicateGroup([.. members.Split(", ").Select(Always)], 1, null);

        Assert.Equal(answer, PredicateEvaluator.Ask(group, Facts, out var ground).ToString());
        Assert.Equal(answer, PredicateEvaluator.Ask(ground.Predicate, Facts, out _).ToString());
    }

    private static FieldPredicate Always(string answer) => answer switch
    {
        "Yes" => One("pod.name", "notIn", "x"),
        "No" => One("pod.name", "in", "x"),
        _ => One("owner.rolloutAge", "in", "x"),
    };

    private static FieldPredicate One(string field, string key, string value) => new(field, Enum.Parse<PredicateOperator>(key, ignoreCase: true), [value], 1, null);
}
