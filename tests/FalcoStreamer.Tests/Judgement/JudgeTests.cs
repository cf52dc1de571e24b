using System.Globalization;
using System.Text;
using FalcoStreamer.Correlation;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Judging;

/// <summary>The labelled set: nothing that imitates may pass for harmless, and what is harmless must be known as that.</summary>
public sealed class JudgeTests
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    public static TheoryData<JudgementCase> Cases => [.. JudgementCases.All()];

    [Theory]
    [MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public async Task NamesTheBehaviour_AndNeverCallsHarmlessWhatIsNot(JudgementCase judged)
    {
        using var court = new CaseCourt(Shipped.Behaviours);

        var incidents = await court.JudgeAsync(judged, _cancellation);
        var worst = Worst(incidents);

        if (judged.Form != Form.Harmless)
        {
            Assert.True(worst.Judgement.Verdict >= Verdict.Undetermined, $"{judged.Form} is called {worst.Judgement.Verdict.Word()}: {Why(worst)}");
        }

        if (judged.Form == Form.Attack)
        {
            Assert.True(worst.Judgement.Verdict == Verdict.Suspicious, $"the attack is called {worst.Judgement.Verdict.Word()}: {Why(worst)}");
        }

        if (judged.Form == Form.Unknown)
        {
            Assert.True(worst.Judgement.Verdict == Verdict.Undetermined, $"what nobody knows is called {worst.Judgement.Verdict.Word()}: {Why(worst)}");
        }

        if (judged.Behaviour is not null)
        {
            // Each of the incidents of a story may say by itself what it is.
            Assert.Contains(judged.Behaviour, incidents.Where(incident => incident.Judgement.Verdict == worst.Judgement.Verdict).Select(incident => incident.Judgement.Behaviour?.Id));
        }
    }

    [Fact]
    public async Task KnowsNineInTenOfTheHarmlessForms()
    {
        var table = await TableAsync();

        var harmless = table.Where(row => row.Case.Form == Form.Harmless).ToList();
        var known = harmless.Count(row => row.Worst.Judgement.Verdict <= Verdict.LikelyBenign);
        var missed = harmless.Where(row => row.Worst.Judgement.Verdict > Verdict.LikelyBenign).Select(row => $"{row.Case}: {Why(row.Worst)}");
        Assert.True(known >= 0.9 * harmless.Count, $"{known} of {harmless.Count}\n{string.Join('\n', missed)}");
    }

    /// <summary>Writes the table that `make judge` prints and docs/judgement.md shows.</summary>
    [Fact]
    public async Task PrintsTheTable()
    {
        var text = Format(await TableAsync());

        Assert.Contains("| all |", text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(AppContext.BaseDirectory, "judgement.md"), text, _cancellation);
    }

    private static Incident Worst(IReadOnlyList<Incident> incidents) => incidents.MaxBy(incident => incident.Judgement.Verdict)!;

    private static string Why(Incident incident) =>
        $"{incident.Judgement.Behaviour?.Id ?? "no behaviour"}; for: {Texts(incident.Judgement.For)}; against: {Texts(incident.Judgement.Against)}; unseen: {string.Join(", ", incident.Judgement.Unseen)}";

    private static string Texts(IEnumerable<Evidence> evidence) =>
        string.Join(", ", evidence.Select(item => string.Create(CultureInfo.InvariantCulture, $"{item.Text} ({item.Weight})")));

    private async Task<List<(JudgementCase Case, Incident Worst)>> TableAsync()
    {
        using var court = new CaseCourt(Shipped.Behaviours);
        var rows = new List<(JudgementCase, Incident)>();
        foreach (var judged in JudgementCases.All())
        {
            rows.Add((judged, Worst(await court.JudgeAsync(judged, _cancellation))));
        }

        return rows;
    }

    private static string Format(List<(JudgementCase Case, Incident Worst)> rows)
    {
        var text = new StringBuilder("| set | form | cases | benign | likely-benign | undetermined | suspicious | mean confidence |\n|---|---|---|---|---|---|---|---|\n");
        var sets = rows.GroupBy(row => row.Case.Id.Split('/')[0]).Append(rows.GroupBy(_ => "all").Single());
        foreach (var set in sets)
        {
            foreach (var form in set.GroupBy(row => row.Case.Form).OrderBy(form => form.Key))
            {
                text.Append(CultureInfo.InvariantCulture, $"| {set.Key} | {form.Key.ToString().ToLowerInvariant()} | {form.Count()} |");
                foreach (var verdict in Enum.GetValues<Verdict>())
                {
                    text.Append(CultureInfo.InvariantCulture, $" {form.Count(row => row.Worst.Judgement.Verdict == verdict)} |");
                }

                text.Append(CultureInfo.InvariantCulture, $" {form.Average(row => row.Worst.Judgement.Confidence):0.00} |\n");
            }
        }

        return text.ToString();
    }
}
