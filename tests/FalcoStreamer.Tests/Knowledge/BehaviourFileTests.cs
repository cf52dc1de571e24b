using System.Text;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Tests.Knowledge;

public sealed class BehaviourFileTests
{
    private const string Head = "schema: falcostreamer/behaviours/v1\nbehaviours:\n";

    private const string Sound = Head + """
        - id: one
          title: t
          nature: harmless
          headline: h
          why: w
          when:
          - {field: alert.proc.name, in: [sh]}
        """;

    [Fact]
    public void ReadsTheShippedBehaviours()
    {
        var library = BehaviourLibrary.Load(null);

        Assert.Superset(
            new HashSet<string> { "calico-felix-xdp-tag", "exec-probe", "kubectl-exec-interactive", "attack-shell-download-exec" },
            library.All.Select(behaviour => behaviour.Id).ToHashSet());
        Assert.All(library.All, behaviour => Assert.NotEmpty(behaviour.Sources));
        Assert.True(library.LongestWindow >= TimeSpan.FromMinutes(5));
    }

    [Theory]
    [InlineData("  colour: red", 10, "\"colour\" is not known here; the keys are")]
    [InlineData("  for: [{field: alert.x, equals: [a]}]", 10, "\"equals\" is not known here")]
    [InlineData("  for: [{field: pod.colour, in: [a]}]", 10, "the field \"pod.colour\" is not known")]
    [InlineData("  for: [{field: alert.x, in: [a], notIn: [b]}]", 10, "exactly one of")]
    [InlineData("  for: [{field: alert.x}]", 10, "exactly one of")]
    [InlineData("  for: [{field: alert.x, in: [a], weight: heavy}]", 10, "\"weight\" must be a number")]
    [InlineData("  for: [{field: alert.x, in: [a], weight: -3}]", 10, "\"weight\" must be a number")]
    [InlineData("  for: [{field: alert.x, matches: [\"(\"]}]", 10, "cannot be used")]
    [InlineData("  for: [{field: alert.x, matches: [\"(a)\\\\1\"]}]", 10, "cannot be used")]
    [InlineData("  for: [{field: alert.x, lessThan: soon}]", 10, "number or a duration")]
    [InlineData("  for: [{field: pod.nam, in: [a]}]", 10, "did you mean pod.name?")]
    [InlineData("  for: [{field: pod.labels, in: [a]}]", 10, "did you mean pod.labels[KEY]?")]
    [InlineData("  for: [{field: pod.name, lessThan: 5}]", 10, "\"pod.name\" is no number")]
    [InlineData("  for: [{field: container.age, matches: [a]}]", 10, "\"container.age\" is a number")]
    [InlineData("  scope: [{field: alert.x, in: [a], weight: 2}]", 10, "\"scope\" counts nothing")]
    [InlineData("  for: [{anyOf: [{field: alert.x, in: [a], weight: 2}]}]", 10, "write it beside \"anyOf\"")]
    [InlineData("  for: [{anyOf: [{anyOf: [{field: alert.x, in: [a]}]}]}]", 10, "\"field\" is missing")]
    [InlineData("  for: {a: b}", 10, "\"for\" must be a list")]
    [InlineData("  quietPeriod: soon", 10, "\"quietPeriod\" must be a duration")]
    [InlineData("  steps: [{title: t, anyOf: [{field: alert.x, in: [a]}]}]", 3, "either \"when\" or \"steps\"")]
    [InlineData("  resembles: [{field: alert.x, in: [a]}]", 3, "needs an \"imitationHeadline\"")]
    public void NamesFileLineAndProblem_WhenTheFileIsWrong(string addition, int line, string problem)
    {
        var exception = Assert.Throws<BehaviourFileException>(() => Read($"{Sound}\n{addition}\n"));

        Assert.StartsWith($"my.yaml:{line}: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadsScopeGroupsAndKeys()
    {
        const string addition = """

              scope: [{field: alert.rule, in: [R]}]
              for:
              - {anyOf: [{field: "pod.labels[a/b]", endsWith: [x]}, {field: container.restarts, lessThan: 3}], weight: 3, says: s}
            """;

        var behaviour = Assert.Single(Read(Sound + addition));

        Assert.Equal("alert.rule", Assert.Single(behaviour.Scope).Members[0].Field);
        var group = Assert.IsType<PredicateGroup>(Assert.Single(behaviour.For));
        Assert.Equal((3, "s", 2), (group.Weight, group.Says, group.AnyOf.Count));
        Assert.Equal(("pod.labels", "a/b", PredicateOperator.EndsWith), (group.AnyOf[0].Name, group.AnyOf[0].Key, group.AnyOf[0].Operator));
        Assert.Equal(["a/b"], new BehaviourLibrary([behaviour]).Labels);
    }

    [Theory]
    [InlineData("schema: other/v1\nbehaviours: []\n", "the schema is \"other/v1\"")]
    [InlineData("behaviours: []\n", "\"schema\" is missing")]
    [InlineData("- a\n", "a mapping (key: value) belongs here")]
    [InlineData("a: [\n", "this is not YAML")]
    [InlineData("", "must hold one YAML document")]
    [InlineData(Head + "- id: one\n", "\"title\" is missing")]
    [InlineData(Head + "- {id: a, title: t, nature: good, headline: h, why: w}\n", "it must be harmless, unattributed or attack")]
    public void RefusesTheWholeFile_WhenItsFrameIsWrong(string text, string problem)
    {
        var exception = Assert.Throws<BehaviourFileException>(() => Read(text));

        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LetsAUsersFileReplaceAndAdd()
    {
        var directory = Directory.CreateTempSubdirectory("knowledge");
        File.WriteAllText(Path.Combine(directory.FullName, "mine.yaml"), Sound.Replace("id: one", "id: exec-probe", StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(directory.FullName, "other.yaml"), Sound);

        var library = BehaviourLibrary.Load(directory.FullName);

        directory.Delete(recursive: true);
        Assert.Equal(BehaviourLibrary.Load(null).All.Count + 1, library.All.Count);
        Assert.Equal("h", library.All.Single(behaviour => behaviour.Id == "exec-probe").Headline);
    }

    private static IReadOnlyList<Behaviour> Read(string text) => BehaviourFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "my.yaml");
}
