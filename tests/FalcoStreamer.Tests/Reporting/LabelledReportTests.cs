using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FalcoStreamer.Correlation;
using FalcoStreamer.Reporting;
using FalcoStreamer.Tests.Judging;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Reporting;

/// <summary>
/// The reports of the whole labelled set: what no report may say, and how long they are. Writes all of them into the folder <c>reports</c> beside the
/// tests, one file a set, and the table of their lengths into <c>report-lengths.md</c>.
/// </summary>
public sealed partial class LabelledReportTests
{
    /// <summary>What a platform engineer reads in a minute.</summary>
    private const int LinesOfAMinute = 60;

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task NoneIsGenericOrHasAHole_AndEachSaysWhatItsVerdictSays()
    {
        var faults = (await ReportsAsync())
            .SelectMany(item => FaultsOf(item.Report).Select(fault => $"{item.Case.Id}: {fault}"))
            .Distinct(StringComparer.Ordinal)
            .ToList();

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public async Task NearlyAllAreReadInAMinute()
    {
        var reports = (await ReportsAsync()).Select(item => (item.Case, Text: MarkdownRenderer.Render(item.Report))).ToList();
        await WriteAsync(reports);

        var longer = reports.Count(item => LinesOf(item.Text) > LinesOfAMinute);

        Assert.True(longer <= 0.1 * reports.Count, $"{longer} of {reports.Count} reports have more than {LinesOfAMinute} lines");
    }

    private static IEnumerable<string> FaultsOf(IncidentReport report)
    {
        var judgement = report.Incident.Judgement;
        string[] own = [report.Headline, report.Explanation, .. report.Actions, .. report.Hardening, .. Texts(report.Guidance)];
        foreach (var text in own)
        {
            if (GenericPhrases.In(text) is { } phrase)
            {
                yield return $"\"{phrase}\" in: {text}";
            }

            if (Hole().IsMatch(text.Replace(report.Incident.First.Rule, "rule", StringComparison.Ordinal)))
            {
                yield return $"a hole in: {text}";
            }
        }

        if (judgement.Verdict != Verdict.Benign && Sure().IsMatch(report.Headline))
        {
            yield return $"called {judgement.Verdict.Word()} under the headline: {report.Headline}";
        }

        if (judgement.Verdict >= Verdict.Undetermined && report.Actions.FirstOrDefault(action => Nothing().IsMatch(action)) is { } careless)
        {
            yield return $"called {judgement.Verdict.Word()}, but advised: {careless}";
        }

        if (report.Actions.Count == 0 && judgement.Verdict > Verdict.Benign)
        {
            yield return $"nothing to do about: {report.Headline}";
        }

        if (Encoding.UTF8.GetByteCount(NoteRenderer.Render(report)) > NoteRenderer.MaxBytes)
        {
            yield return "its note is too long";
        }
    }

    private static IEnumerable<string> Texts(RuleGuidance? guidance) => guidance is null ? [] : [.. guidance.UsualCauses, .. guidance.SeriousHere, .. guidance.SeriousWhen];

    private static int LinesOf(string text) => text.AsSpan().TrimEnd('\n').Count('\n') + 1;

    private static async Task<List<(JudgementCase Case, IncidentReport Report)>> ReportsAsync()
    {
        using var court = new CaseCourt(Shipped.Behaviours);
        var reports = new List<(JudgementCase, IncidentReport)>();
        foreach (var judged in JudgementCases.All())
        {
            reports.AddRange((await court.JudgeAsync(judged, CancellationToken.None)).Select(incident => (judged, SomeReport.Writer.Write(incident))));
        }

        return reports;
    }

    private async Task WriteAsync(List<(JudgementCase Case, string Text)> reports)
    {
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "reports"));
        var table = new StringBuilder("| set | reports | lines, median | lines, most | more than 60 |\n|---|---|---|---|---|\n");
        foreach (var set in reports.GroupBy(item => item.Case.Id.Split('/')[0]))
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, $"{set.Key}.md"), string.Join("\n---\n\n", set.Select(item => $"<!-- {item.Case.Id} -->\n{item.Text}")), _cancellation);
            AppendRow(table, set.Key, [.. set.Select(item => LinesOf(item.Text)).Order()]);
        }

        AppendRow(table, "all", [.. reports.Select(item => LinesOf(item.Text)).Order()]);
        await File.WriteAllTextAsync(Path.Combine(AppContext.BaseDirectory, "report-lengths.md"), table.ToString(), _cancellation);
    }

    private static void AppendRow(StringBuilder table, string name, List<int> lengths) => table.Append(
        CultureInfo.InvariantCulture,
        $"| {name} | {lengths.Count} | {lengths[lengths.Count / 2]} | {lengths[^1]} | {lengths.Count(length => length > LinesOfAMinute)} |\n");

    [GeneratedRegex(@"\{[a-z]+[}.]|\(\)|  |“”|<NA>|\b1 alerts\b")]
    private static partial Regex Hole();

    /// <summary>Only what is proven may be called harmless without more.</summary>
    [GeneratedRegex("(?<!likely |probably |like something )harmless", RegexOptions.IgnoreCase)]
    private static partial Regex Sure();

    [GeneratedRegex("^(Nothing|No action)", RegexOptions.IgnoreCase)]
    private static partial Regex Nothing();
}
