using System.Text;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Tests.Knowledge;

public sealed class RuleFileTests
{
    private const string Sound = """
        schema: falcostreamer/rules/v1
        rules:
        - rule: My rule
          maturity: sandbox
          family: exec
          happened: ["{process} ran"]
          detects: Something ran.
          usualCauses: ["A job."]
          seriousWhen: [{text: "A person ran it.", when: [{field: alert.proc.tty, notIn: ["0"]}]}]
          checkFirst: [{command: "kubectl -n {namespace} get pod {pod}"}]
          actions: ["Stop it."]
          sources: ["runbook"]

        """;

    [Fact]
    public void ReadsTextsConditionsAndCommands()
    {
        var guide = Assert.Single(RuleFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(Sound)), "my.yaml"));

        Assert.Equal("My rule", guide.Rule);
        Assert.Equal(new Advice("A job.", false, []).Text, guide.UsualCauses[0].Text);
        Assert.Equal("alert.proc.tty", Assert.Single(guide.SeriousWhen[0].When).Members[0].Field);
        Assert.True(guide.CheckFirst[0].IsCommand);
        Assert.Contains("proc.cmdline", guide.ExceptionFields);
    }

    [Theory]
    [InlineData("schema: falcostreamer/rules/v1", "schema: falcostreamer/rules/v2", 1, "this version reads")]
    [InlineData("maturity: sandbox", "maturity: settled", 3, "\"maturity\" is \"settled\"; it must be one of stable, incubating")]
    [InlineData("family: exec", "family: exe", 3, "\"family\" is \"exe\"; it must be one of exec, file")]
    [InlineData("detects: Something ran.", "colour: red", 3, "\"detects\" is missing")]
    [InlineData("sources: [\"runbook\"]", "sources: [\"runbook\"]\n  colour: red", 13, "\"colour\" is not known here")]
    [InlineData("{process} ran\"]", "\"]", 6, "\"happened\" must be a text that is not empty")]
    [InlineData("actions: [\"Stop it.\"]", "actions: \"Stop it.\"", 11, "\"actions\" must be a list")]
    [InlineData("{command: ", "{order: ", 10, "\"order\" is not known here")]
    [InlineData("{command: ", "{text: \"x\", command: ", 10, "either \"text\" or \"command\"")]
    [InlineData("{process} ran", "{colour} ran", 6, "reports cannot fill {colour}")]
    [InlineData("Something ran.", "A {colour} ran.", 7, "reports cannot fill {colour}")]
    [InlineData("[\"A job.\"]", "\n  - A job.\n  - A {colour} job.", 10, "reports cannot fill {colour}")]
    [InlineData("A person ran it.", "{owner.colour}", 9, "reports cannot fill {owner.colour}")]
    [InlineData("get pod {pod}", "get pod {pods}", 10, "reports cannot fill {pods}")]
    [InlineData("Stop it.", "Stop {it}.", 11, "reports cannot fill {it}")]
    [InlineData("sources: [", "note: \"{it}\"\n  sources: [", 12, "reports cannot fill {it}")]
    [InlineData("field: alert.proc.tty", "field: colour", 9, "the field \"colour\" is not known")]
    public void RefusesAMistakeWithFileAndLine(string right, string wrong, int line, string problem)
    {
        var text = Sound.Replace(right, wrong, StringComparison.Ordinal);

        var exception = Assert.Throws<BehaviourFileException>(() => RuleFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "my.yaml"));

        Assert.StartsWith($"my.yaml:{line}: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RefusesARuleThatIsGivenTwice()
    {
        var entry = Sound[Sound.IndexOf("- rule", StringComparison.Ordinal)..];

        var exception = Assert.Throws<BehaviourFileException>(() => RuleFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(Sound + entry)), "my.yaml"));

        Assert.Contains("the rule \"My rule\" is given twice", exception.Message, StringComparison.Ordinal);
    }
}
