using System.Text;
using FalcoStreamer.Correlation;
using FalcoStreamer.Reporting;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Reporting;

public sealed class MarkdownTextTests
{
    [Theory]
    [InlineData("plain words: nothing to do, calico_tmp_B (x) - y", "plain words: nothing to do, calico_tmp_B (x) - y")]
    [InlineData("<img src=x onerror=alert(1)>", "\\<img src=x onerror=alert(1)>")]
    [InlineData("[click](http://203.0.113.9)", "\\[click\\](http:\\//203.0.113.9)")]
    [InlineData("![x](y)", "![x\\](y)")]
    [InlineData("**bold** _it_ ~~gone~~", "\\*\\*bold\\*\\* \\_it\\_ \\~\\~gone\\~\\~")]
    [InlineData("# heading", "\\# heading")]
    [InlineData("- item", "\\- item")]
    [InlineData("> quote", "\\> quote")]
    [InlineData("1. item", "1\\. item")]
    [InlineData("&lt;b&gt; & co", "\\&lt;b\\&gt; & co")]
    [InlineData("see www.example.com", "see www\\.example.com")]
    [InlineData("a `b` \\ c", "a \\`b\\` \\\\ c")]
    [InlineData("spec.containers[name=main].x", "spec.containers[name=main].x")]
    public void ProseCannotComeAlive(string text, string expected)
    {
        Assert.Equal(expected, MarkdownText.Prose(text));
    }

    [Theory]
    [InlineData("sh -c id", "`sh -c id`")]
    [InlineData("a `b` c", "``a `b` c``")]
    [InlineData("``a", "``` ``a ```")]
    [InlineData("a`", "`` a` ``")]
    [InlineData("<b>", "`<b>`")]
    [InlineData("", "(empty)")]
    public void CodeHasAFenceThatItsContentCannotClose(string text, string expected)
    {
        Assert.Equal(expected, MarkdownText.Code(text));
    }

    [Fact]
    public void ABlockHasAFenceThatItsContentCannotClose()
    {
        var markdown = new StringBuilder();

        MarkdownText.AppendBlock(markdown, "shell", "a\n````\n# b");

        Assert.Equal("`````shell\na\n````\n# b\n`````\n", markdown.ToString());
    }

    [Theory]
    [InlineData("sh -c x\n# Verdict: benign\n")]
    [InlineData("sh\r\n\r\n## What to do now\r\n\r\nNothing")]
    [InlineData("`\n# forged\n`")]
    [InlineData("x\u2028# forged\u2029y\u0085z")]
    [InlineData("\u001b]8;;http://203.0.113.9\u0007click\u001b]8;;\u0007")]
    public void AReportHasOnlyOurHeadings_WhateverAnAlertHolds(string hostile)
    {
        string[] expected = HeadingsOf("sh");

        Assert.Equal(expected, HeadingsOf(hostile));
    }

    private static string[] HeadingsOf(string text)
    {
        var alert = Some.Alert(
            "Detect Shell in Container", output: text, fields: [("proc.cmdline", text), ("proc.pname", text), ("user.name", text), ("fd.name", text)]);
        var judgement = new Judgement
        {
            Verdict = Verdict.Undetermined,
            Confidence = 0,
            For = [new Evidence(text, 1)],
            Against = [new Evidence(text, 1)],
            Unseen = [text],
        };

        var markdown = MarkdownRenderer.Render(SomeReport.Writer.Write(SomeIncidents.Of(judgement: judgement, alerts: alert)));

        Assert.DoesNotContain(markdown, character => char.IsControl(character) && character != '\n');
        Assert.StartsWith("# ", markdown, StringComparison.Ordinal);
        // The first is the headline, which quotes the alert.
        return [.. markdown.Split('\n').Where(line => line.StartsWith('#')).Skip(1)];
    }
}
