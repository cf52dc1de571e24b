using System.Text.RegularExpressions;
using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Reporting;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Reporting;

/// <summary>The report of every alert that a real Falco sent, without a behaviour that explains it.</summary>
public sealed partial class RecordedReportTests
{
    [Fact]
    public void NoneIsGenericOrHasAHole()
    {
        foreach (var incident in Recordings.HttpAlerts().Concat(Recordings.GrpcAlerts()).Select(IncidentOf))
        {
            var report = SomeReport.Writer.Write(incident);
            var own = string.Join('\n', Texts(report));

            Assert.True(GenericPhrases.In(own) is null, $"\"{GenericPhrases.In(own)}\" in the report of {incident.First.Rule}: {own}");
            Assert.DoesNotMatch(Hole(), report.Headline);
            Assert.NotEmpty(MarkdownRenderer.Render(report));
            Assert.NotEmpty(new TerminalRenderer(useColour: false).Render(report));
            Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(NoteRenderer.Render(report)), 1, NoteRenderer.MaxBytes);
        }
    }

    [Fact]
    public void EachStockRulesAlertIsToldInItsOwnWords()
    {
        var fallbacks = Recordings.HttpAlerts().Select(IncidentOf).Select(SomeReport.Writer.Write)
            .Where(report => report.Guidance is { Happened: null })
            .Select(report => report.Incident.First.Rule)
            .Distinct(StringComparer.Ordinal);

        Assert.Empty(fallbacks);
    }

    [Fact]
    public void NoAdviceForAPodIsGivenForANode()
    {
        var reports = Recordings.HttpAlerts().Where(alert => alert.Field("container.id").Is("host"u8)).Select(IncidentOf).Select(SomeReport.Writer.Write);

        Assert.All(reports.SelectMany(report => report.Actions.Concat(report.Commands)), text => Assert.DoesNotMatch(PodAdvice(), text));
    }

    private static Incident IncidentOf(FalcoAlert alert) => SomeIncidents.Of(
        alert.Field("container.id").ToStringOrNull() switch
        {
            "host" or null => SomeIncidents.Node(),
            var id when alert.Value("k8s.pod.name") is null => SomeIncidents.Unresolved(id),
            var id => SomeIncidents.Pod() with { ContainerId = id },
        },
        null,
        alert);

    private static IEnumerable<string> Texts(IncidentReport report) =>
        report.Actions.Append(report.Headline).Append(report.Explanation)
            .Concat(report.Guidance is { } guidance ? [.. guidance.UsualCauses, .. guidance.SeriousHere, .. guidance.SeriousWhen] : []);

    [GeneratedRegex(@"\{[a-z]|\(\)|  ")]
    private static partial Regex Hole();

    [GeneratedRegex("NetworkPolicy|kubectl exec|kubectl -n|service account|emptyDir|Deployment")]
    private static partial Regex PodAdvice();
}
