using System.Text.RegularExpressions;
using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Reporting;

/// <summary>Writes an incident out for people. Pure: the same incident gives the same report. Safe for several threads at once.</summary>
/// <param name="rules">What is known of Falco's rules.</param>
internal sealed partial class ReportWriter(RuleLibrary rules)
{
    public IncidentReport Write(Incident incident)
    {
        var placeholders = new Placeholders(incident);
        var isUnknown = incident.Judgement.Behaviour is null;
        var guidance = rules.Find(incident.First.Rule) is { } guide ? RuleGuidance.From(guide, incident) : null;
        var unknown = new UnknownIncident(incident, guidance);
        var known = isUnknown ? null : new KnownIncident(incident, placeholders, guidance);
        var exceptions = FalcoException.EntriesFor(incident, rules);
        return new IncidentReport
        {
            Incident = incident,
            Headline = known?.Headline() ?? unknown.Headline(),
            Explanation = WithPeople(known?.Explanation() ?? unknown.Explanation(), incident),
            Comparison = known?.Comparison(),
            Guidance = isUnknown ? guidance : null,
            Detections = isUnknown ? [] : Detections(incident),
            Actions = Actions(incident, known, unknown),
            Commands = [.. Commands(incident, placeholders, unknown), .. People.Commands(incident).Select(placeholders.Shell).OfType<string>()],
            Hardening = HardeningAdvice.For(incident),
            Exceptions = exceptions,
            Exception = FalcoException.ToYaml(exceptions),
            Attack = Attack(incident),
        };
    }

    private static string WithPeople(string explanation, Incident incident) =>
        People.Explanation(incident) is { } who ? $"{explanation} {who}" : explanation;

    private List<RuleMeaning> Detections(Incident incident) =>
        [.. incident.Rules.Select(rules.Find).OfType<RuleGuide>().Distinct().Select(guide => new RuleMeaning(guide.Rule, guide.Detects))];

    private static List<string> Actions(Incident incident, KnownIncident? known, UnknownIncident unknown)
    {
        var actions = known?.Actions(unknown) ?? [];
        return actions.Count > 0 || incident.Judgement.Verdict is Verdict.Benign ? actions : unknown.Actions();
    }

    private static List<string> Commands(Incident incident, Placeholders placeholders, UnknownIncident unknown) =>
        incident.Judgement.Behaviour?.Commands is { Count: > 0 } own
            ? [.. own.Select(placeholders.Shell).OfType<string>()]
            : [.. unknown.Commands(placeholders)];

    /// <summary>The behaviour's techniques, then each rule's: ours where we know the rule, else those it is tagged with.</summary>
    private string[] Attack(Incident incident)
    {
        var alerts = incident.Samples.Count > 0 ? incident.Samples.Select(sample => sample.Alert) : [incident.First];
        var ofRules = alerts.SelectMany(alert => rules.Find(alert.Rule) is { Attack.Count: > 0 } guide ? guide.Attack : Tagged(alert));
        // What an imitation would be is not what the genuine thing is.
        var isHarmless = incident.Judgement is { IsImitation: false, Behaviour.Nature: BehaviourNature.Harmless };
        var own = isHarmless ? [] : incident.Judgement.Behaviour?.Attack ?? [];
        return [.. own.Concat(ofRules).Distinct(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Tagged(FalcoAlert alert) => alert.Tags
        .Where(tag => tag.Span.Length is >= 5 and <= 9)
        .Select(tag => tag.ToString())
        .Where(tag => Technique().IsMatch(tag))
        .Order(StringComparer.Ordinal);

    [GeneratedRegex(@"^T[0-9]{4}(?:\.[0-9]{3})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Technique();
}
