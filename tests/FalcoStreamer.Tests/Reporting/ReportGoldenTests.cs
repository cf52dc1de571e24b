using FalcoStreamer.Reporting;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Reporting;

/// <summary>Reports as people see them; each file in Golden was read before it was approved.</summary>
public sealed class ReportGoldenTests
{
    public static TheoryData<string> Situations => ReportSituations.Names;

    [Theory]
    [MemberData(nameof(Situations))]
    public async Task MarkdownIsTheApprovedOne(string situation)
    {
        var report = SomeReport.Writer.Write(await ReportSituations.NamedAsync(situation));

        GoldenFile.Matches($"{situation}.md", MarkdownRenderer.Render(report));
    }

    [Theory]
    [InlineData("calico-benign")]
    [InlineData("calico-imitated-with-suffix")]
    [InlineData("token-looked-at")]
    [InlineData("falco-about-itself")]
    [InlineData("looks-around")]
    [InlineData("exec-with-user")]
    public async Task NoteAndTerminalAreTheApprovedOnes(string situation)
    {
        var report = SomeReport.Writer.Write(await ReportSituations.NamedAsync(situation));

        GoldenFile.Matches($"{situation}.note.txt", NoteRenderer.Render(report) + "\n");
        GoldenFile.Matches($"{situation}.terminal.txt", new TerminalRenderer(useColour: false).Render(report));
    }

    [Theory]
    [MemberData(nameof(Situations))]
    public async Task HasNoneOfTheFaultsThatItBeganWith(string situation)
    {
        var report = MarkdownRenderer.Render(SomeReport.Writer.Write(await ReportSituations.NamedAsync(situation)));

        Assert.DoesNotContain("setenforce", report, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("`sh ip link", report, StringComparison.Ordinal);
        Assert.DoesNotContain("could be indicative", report, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("null", report, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("{pod}", report, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Situations))]
    public async Task IsTheSame_WhenWrittenTwice(string situation)
    {
        var first = MarkdownRenderer.Render(SomeReport.Writer.Write(await ReportSituations.NamedAsync(situation)));
        var second = MarkdownRenderer.Render(SomeReport.Writer.Write(await ReportSituations.NamedAsync(situation)));

        Assert.Equal(first, second);
    }
}
