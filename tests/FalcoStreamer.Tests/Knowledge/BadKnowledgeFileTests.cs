using System.Text;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Tests.Knowledge;

/// <summary>Files that are wrong or meant to harm: each is refused whole, with file, line and remedy.</summary>
public sealed class BadKnowledgeFileTests
{
    private const string Sound = """
        schema: falcostreamer/behaviours/v1
        behaviours:
        - id: one
          title: t
          nature: harmless
          headline: h
          why: w
          when:
          - {field: alert.proc.name, in: [sh]}
        """;

    private const string Sequence = """
        schema: falcostreamer/behaviours/v1
        behaviours:
        - id: one
          title: t
          nature: attack
          headline: h
          why: w
          window: 5m
          minimumSteps: 2
          steps:
          - title: a
            anyOf: [{field: alert.proc.name, in: [sh]}]
          - {title: c, anyOf: [{field: alert.proc.name, in: [id]}]}
        """;

    [Theory]
    [InlineData("NaN")]
    [InlineData("-1")]
    [InlineData("1e9")]
    [InlineData("Infinity")]
    [InlineData("heavy")]
    public void RefusesAWeight_WhenItIsNoSmallNumber(string weight) =>
        AssertRefused($"  for: [{{field: alert.x, in: [a], weight: {weight}}}]", 10, "\"weight\" must be a number from 0 to 100");

    [Theory]
    [InlineData("(a)\\\\1", "look-around and large repetitions")]
    [InlineData("a(?=b)", "look-around and large repetitions")]
    [InlineData("(?>a+)b", "look-around and large repetitions")]
    [InlineData("((((a{99}){99}){99}){99})", "look-around and large repetitions")]
    [InlineData("(", "cannot be used")]
    [InlineData("", "from 1 to 1000")]
    public void RefusesAPattern_WhenMatchingItWouldNotBeCheap(string pattern, string problem) =>
        AssertRefused($"  for: [{{field: alert.x, matches: [\"{pattern}\"]}}]", 10, problem);

    [Fact]
    public void RefusesAPattern_WhenItIsTooLong() =>
        AssertRefused($"  for: [{{field: alert.x, notMatches: [\"{new string('a', 1001)}\"]}}]", 10, "a pattern of 1001 characters");

    [Theory]
    [InlineData("  for: [{field: alert.x, in: []}]", 10, "\"in\" is empty")]
    [InlineData("  for: [{anyOf: []}]", 10, "\"anyOf\" is empty")]
    [InlineData("  for: [{field: alert.x, startsWith: [\"\"]}]", 10, "which every text would fit")]
    [InlineData("  actions: [\"see {colour}\"]", 10, "reports cannot fill {colour}")]
    [InlineData("  commands: [\"kubectl get {owner.colour}\"]", 10, "reports cannot fill {owner.colour}")]
    [InlineData("  for: [{field: alert.x, in: [a], says: \"{pod}\"}]", 10, "\"says\" cannot hold {pod}; {value} and {spec} are known there")]
    [InlineData("- {id: two words, title: t, nature: attack, headline: h, why: w, when: [{field: alert.x, in: [a]}]}", 10, "must be of lower case letters")]
    [InlineData("- {id: one, title: t, nature: attack, headline: h, why: w, when: [{field: alert.x, in: [a]}]}", 10, "\"one\" is given twice; line 3 has it")]
    [InlineData("  title: again", 10, "this is not YAML: Duplicate key")]
    [InlineData("  actions: [&a x, *a]", 10, "anchors (&name) and aliases (*name) are not read")]
    [InlineData("  actions: [*a]", 10, "anchors (&name) and aliases (*name) are not read")]
    [InlineData("  actions: [[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]", 10, "nested deeper than 16 levels")]
    public void RefusesWhatMakesNoSense(string addition, int line, string problem) => AssertRefused(addition, line, problem);

    [Theory]
    [InlineData("  within: pod", 8, "\"within\" is \"pod\"; it must be container, owner or node")]
    [InlineData("  anyOrder: yes", 8, "\"anyOrder\" is \"yes\"; it must be true or false")]
    [InlineData("  windows: 5m", 8, "\"windows\" is not known here")]
    [InlineData("  window: soon", 9, "\"window\" must be a duration")]
    [InlineData("  window: -5m", 9, "\"window\" must be a duration")]
    [InlineData("  minimumSteps: 4", 9, "\"minimumSteps\" from 2 to the number of its steps")]
    [InlineData("  minimumSteps: 1", 9, "\"minimumSteps\" from 2 to the number of its steps")]
    [InlineData("  minimumSteps: many", 9, "\"minimumSteps\" must be a number from 0 to 100")]
    [InlineData("  minimumOwners: 3", 3, "either \"when\" or \"steps\" or \"minimumOwners\"")]
    [InlineData("  unless: [{field: pod.colour, in: [a]}]", 8, "the field \"pod.colour\" is not known")]
    [InlineData("  unless: [{field: pod.name, in: [a], weight: 2}]", 8, "what stands in \"unless\" counts nothing")]
    [InlineData("  - {title: b, anyOf: [{field: alert.x, in: [a]}], evenHarmless: perhaps}", 14, "\"evenHarmless\" is \"perhaps\"; it must be true or false")]
    [InlineData("  - {title: b, anyOf: [{field: alert.x, in: [a]}], evenharmless: true}", 14, "\"evenharmless\" is not known here")]
    [InlineData("  - {title: b, allOf: [{field: alert.x, in: [a]}]}", 14, "a step needs \"anyOf\"")]
    [InlineData("  - {anyOf: [{field: alert.x, in: [a]}]}", 14, "\"title\" is missing")]
    public void RefusesASequence_WhenAKeyOfItIsWrong(string line, int at, string problem)
    {
        var key = line.Split(':')[0];
        var lines = Sequence.ReplaceLineEndings("\n").Split('\n').ToList();
        var isStep = line.StartsWith("  - ", StringComparison.Ordinal);
        if (!isStep)
        {
            // A key that the sound file has already is replaced where it stands, below the new ones.
            lines.RemoveAll(existing => existing.StartsWith($"{key}:", StringComparison.Ordinal));
        }

        lines.Insert(isStep ? lines.Count : key is "  window" or "  minimumSteps" ? 8 : 7, line);

        var refusal = Refusal(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));

        Assert.Contains(problem, refusal, StringComparison.Ordinal);
        Assert.StartsWith($"my.yaml:{at}: ", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadsTheSequence_WhenNothingIsWrong() => Assert.Equal(2, Assert.Single(Read(Encoding.UTF8.GetBytes(Sequence))).Steps.Count);

    [Fact]
    public void NamesTheLineOfTheText_WhenAListIsLong() =>
        AssertRefused("  actions:\n  - first\n  - \"see {colour}\"", 12, "reports cannot fill {colour}");

    [Fact]
    public void AllowsTheEmptyTextAsAValue_AndBracesThatAreNoPlaceholder()
    {
        var behaviour = Assert.Single(Read(Encoding.UTF8.GetBytes(
            $"{Sound}\n  for: [{{field: \"pod.labels[app]\", in: [\"\"]}}]\n  commands: [\"kubectl get pod {{pod}} -o jsonpath='{{.spec}}' {{proc.name}}\"]\n")));

        Assert.Equal("", behaviour.For[0].Members[0].Values[0]);
    }

    [Fact]
    public void RefusesABomb_BeforeItGrows()
    {
        var bomb = new StringBuilder("a: &a [x, x, x, x, x, x, x, x, x]\n");
        for (var letter = 'b'; letter < 'k'; letter++)
        {
            bomb.Append($"{letter}: &{letter} [{string.Join(", ", Enumerable.Repeat($"*{(char)(letter - 1)}", 9))}]\n");
        }

        Assert.StartsWith("my.yaml:1: anchors", Refusal(Encoding.UTF8.GetBytes(bomb.ToString())), StringComparison.Ordinal);
    }

    [Fact]
    public void RefusesAFile_WhenItIsTooLarge()
    {
        var refusal = Refusal(Encoding.UTF8.GetBytes($"{Sound}\n# {new string('x', 1024 * 1024)}\n"));

        Assert.Equal("my.yaml:1: the file is larger than 1024 KiB; divide it into several files", refusal);
    }

    [Fact]
    public void RefusesAFile_WhenItIsNotUtf8()
    {
        var content = Encoding.UTF8.GetBytes($"{Sound}\n  actions: [\"é\"]\n").Where(value => value != 0xC3).ToArray();

        Assert.Equal($"my.yaml:10: the byte at offset {content.IndexOf((byte)0xA9)} (0xA9) is not UTF-8; save the file as UTF-8", Refusal(content));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void RefusesUtf16_ButNotAByteOrderMark(bool isUtf16)
    {
        var encoding = isUtf16 ? Encoding.Unicode : Encoding.UTF8;
        byte[] content = [.. encoding.GetPreamble(), .. encoding.GetBytes(Sound)];

        if (isUtf16)
        {
            Assert.StartsWith("my.yaml:1: the byte at offset 0 (0xFF) is not UTF-8", Refusal(content), StringComparison.Ordinal);
        }
        else
        {
            Assert.Single(Read(content));
        }
    }

    [Fact]
    public void NamesBothPlaces_WhenTwoFilesOfADirectoryHaveOneId()
    {
        var directory = Directory.CreateTempSubdirectory("knowledge");
        File.WriteAllText(Path.Combine(directory.FullName, "a.yaml"), Sound);
        File.WriteAllText(Path.Combine(directory.FullName, "b.yaml"), $"# mine\n{Sound}");

        var exception = Assert.Throws<BehaviourFileException>(() => BehaviourLibrary.Load(directory.FullName));

        directory.Delete(recursive: true);
        Assert.StartsWith(Path.Combine(directory.FullName, "b.yaml:4: the id \"one\" is taken by "), exception.Message, StringComparison.Ordinal);
        Assert.Contains("a.yaml:3;", exception.Message, StringComparison.Ordinal);
    }

    private static void AssertRefused(string addition, int line, string problem)
    {
        var refusal = Refusal(Encoding.UTF8.GetBytes($"{Sound}\n{addition}\n"));

        Assert.StartsWith($"my.yaml:{line}: ", refusal, StringComparison.Ordinal);
        Assert.Contains(problem, refusal, StringComparison.Ordinal);
    }

    private static string Refusal(byte[] content) => Assert.Throws<BehaviourFileException>(() => Read(content)).Message;

    private static IReadOnlyList<Behaviour> Read(byte[] content) => BehaviourFile.Read(new MemoryStream(content), "my.yaml");
}
