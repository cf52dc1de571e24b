using FalcoStreamer.Reporting;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Reporting;

public sealed class TerminalRendererTests
{
    [Theory]
    [InlineData("calico-benign", "\u001b[1;32mBENIGN")]
    [InlineData("calico-imitated-with-suffix", "\u001b[1;31mSUSPICIOUS")]
    [InlineData("token-looked-at", "\u001b[1;33mUNDETERMINED")]
    public async Task ShowsTheVerdictInItsColour(string situation, string expected)
    {
        var report = SomeReport.Writer.Write(await ReportSituations.NamedAsync(situation));

        var text = new TerminalRenderer(useColour: true).Render(report);

        Assert.StartsWith(expected, text, StringComparison.Ordinal);
        Assert.EndsWith("\u001b[0m", text.Split('\n')[0], StringComparison.Ordinal);
    }

    [Fact]
    public void HasNoEscape_WhenToldSo_WhateverAnAlertHolds()
    {
        var report = SomeReport.Writer.Write(SomeIncidents.Of(alerts: Some.Alert("a\u001b[2Jrule", fields: ("proc.cmdline", "sh\u001b[31m\r\n\u0007"))));

        var text = new TerminalRenderer(useColour: false).Render(report);

        Assert.DoesNotContain(text, character => char.IsControl(character) && character != '\n');
    }

    [Theory]
    [InlineData(60)]
    [InlineData(100)]
    [InlineData(160)]
    public async Task WrapsProseAtTheWidth(int width)
    {
        var report = SomeReport.Writer.Write(await ReportSituations.NamedAsync("token-looked-at"));

        var lines = new TerminalRenderer(useColour: false, width).Render(report with { Commands = [] }).Split('\n');

        Assert.All(lines, line => Assert.True(line.Length <= width, line));
    }

    [Theory]
    [InlineData("one two three", 7, "one two|three")]
    [InlineData("abcdefghij k", 4, "abcd|efgh|ij k")]
    [InlineData("😀😀😀", 2, "😀😀|😀")]
    [InlineData("", 5, "")]
    public void BreaksBetweenWords_AndWithinOneOnlyWhereItMust(string text, int width, string expected)
    {
        Assert.Equal(expected.Split('|'), LineWrap.Split(text, width));
    }
}
