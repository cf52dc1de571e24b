using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Knowledge;
using FalcoStreamer.Reporting;
using FalcoStreamer.Tests.Judging;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Reporting;

/// <summary>Exceptions of real incidents, loaded as Falco would: they exempt what was seen, and nothing that differs from it.</summary>
public sealed class ExceptionGrammarTests
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task ExemptWhatWasSeen_AndNothingElse()
    {
        var incidents = await HarmlessIncidentsAsync();
        var rules = RuleLibrary.Load();
        var checkedIncidents = 0;
        foreach (var incident in incidents)
        {
            if (FalcoException.For(incident, rules) is not { } yaml)
            {
                continue;
            }

            checkedIncidents++;
            var loaded = FalcoExceptions.Load(yaml);
            foreach (var alert in incident.Samples.Select(sample => sample.Alert))
            {
                var ofRule = loaded.Where(exception => exception.Rule == alert.Rule).ToList();
                Assert.Contains(ofRule, exception => exception.Exempts(field => ValueOf(alert, field)));
                Assert.DoesNotContain(ofRule, exception => exception.Exempts(field => Changed(alert, field, ofRule[0].Fields[^1])));
            }
        }

        Assert.True(checkedIncidents >= 20, $"only {checkedIncidents} of {incidents.Count} harmless incidents have an exception");
    }

    [Fact]
    public async Task LoadTogether_WithOneListForAWorkload()
    {
        var incidents = await HarmlessIncidentsAsync();
        var rules = RuleLibrary.Load();
        var collection = new ExceptionCollection();
        foreach (var incident in incidents)
        {
            collection.Add(FalcoException.EntriesFor(incident, rules));
        }

        var loaded = FalcoExceptions.Load(collection.ToYaml()!);

        Assert.Equal(0, collection.LeftOut);
        Assert.Equal(loaded.Count, loaded.DistinctBy(exception => (exception.Rule, exception.Name)).Count());
        Assert.All(
            incidents.Where(incident => FalcoException.EntriesFor(incident, rules).Count > 0),
            incident => Assert.Contains(loaded, exception => exception.Rule == incident.First.Rule && exception.Exempts(field => ValueOf(incident.First, field))));
    }

    [Fact]
    public void HaveNamesOfTheirOwn_WhenTwoIncidentsOfOneBehaviourDiffer()
    {
        var behaviour = SomeIncidents.Behaviour("x", "proc.cmdline");
        string NameOf(string command) => FalcoExceptions.Load(FalcoException.For(
            SomeIncidents.Of(null, SomeIncidents.Matches(behaviour), Some.Alert(fields: ("proc.cmdline", command))), RuleLibrary.Empty)!).Single().Name;

        Assert.NotEqual(NameOf("one"), NameOf("two"));
        Assert.Equal(NameOf("one"), NameOf("one"));
    }

    [Theory]
    [InlineData("sh -c shell_binaries x")]
    [InlineData("shell_binaries")]
    [InlineData("cat my_own_allowed_images")]
    public void AreLeftOut_WhenAValueHoldsTheNameOfAListOfFalco(string command)
    {
        var behaviour = SomeIncidents.Behaviour("x", "proc.cmdline");
        var incident = SomeIncidents.Of(null, SomeIncidents.Matches(behaviour), Some.Alert(fields: ("proc.cmdline", command)));

        Assert.Null(FalcoException.For(incident, RuleLibrary.Empty));
    }

    private static string? ValueOf(FalcoAlert alert, string field) => alert.Field(field) is { IsPresent: true } value ? value.ToString() : null;

    private static string? Changed(FalcoAlert alert, string field, string changed) => field == changed ? $"{ValueOf(alert, field)}; id" : ValueOf(alert, field);

    /// <summary>The harmless incidents of the labelled set.</summary>
    private async Task<IReadOnlyList<Incident>> HarmlessIncidentsAsync()
    {
        using var court = new CaseCourt(Shipped.Behaviours);
        var incidents = new List<Incident>();
        foreach (var judged in JudgementCases.All().Where(judged => judged.Form == Form.Harmless))
        {
            incidents.AddRange((await court.JudgeAsync(judged, _cancellation)).Where(incident => incident.Judgement.Verdict <= Verdict.LikelyBenign));
        }

        return incidents;
    }
}
