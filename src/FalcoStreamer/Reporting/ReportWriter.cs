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
        var exceptions = FalcoException.EntriesFor(incident, rules);
        return new IncidentReport
        {
            Incident = incident,
            Headline = isUnknown ? unknown.Headline() : Headline(incident, placeholders),
            Explanation = WithPeople(isUnknown ? unknown.Explanation() : Explanation(incident, placeholders), incident),
            Guidance = isUnknown ? guidance : null,
            Detections = isUnknown ? [] : Detections(incident),
            Actions = Actions(incident, placeholders, unknown),
            Commands = [.. Commands(incident, placeholders, unknown), .. People.Commands(incident).Select(placeholders.Shell).OfType<string>()],
            Hardening = HardeningAdvice.For(incident),
            Exceptions = exceptions,
            Exception = FalcoException.ToYaml(exceptions),
            Attack = Attack(incident),
        };
    }

    private static string Headline(Incident incident, Placeholders placeholders)
    {
        var (judgement, behaviour) = (incident.Judgement, incident.Judgement.Behaviour!);
        var place = SubjectPhrase.Within(incident.Subject);
        if (IsNotProven(judgement))
        {
            return $"It looks like something harmless {place} ({Sentences.WithoutStop(behaviour.Title)}), but that is not proven";
        }

        if (!judgement.IsImitation)
        {
            return People.Headline(incident) ?? placeholders.Prose(behaviour.Headline) ?? $"{Sentences.WithoutStop(behaviour.Title)} {place}";
        }

        return behaviour.ImitationHeadline is { } headline && placeholders.Prose(headline) is { } filled
            ? filled
            : $"Something {place} imitates a known behaviour ({Sentences.WithoutStop(behaviour.Title)}), but differs from it";
    }

    private static string Explanation(Incident incident, Placeholders placeholders)
    {
        var (judgement, behaviour) = (incident.Judgement, incident.Judgement.Behaviour!);
        var title = Sentences.WithoutStop(behaviour.Title);
        var why = Sentences.WithStop(placeholders.Prose(behaviour.Why) ?? title);
        if (IsNotProven(judgement))
        {
            var doubt = judgement.Against.Count == 0 ? "Too little of it can be seen." : Sentences.WithStop(judgement.Against[0].Text);
            return $"What is known of it does not decide whether it is this: {title}. {doubt} If it is, this is why it happens: {why}";
        }

        if (!judgement.IsImitation)
        {
            return why;
        }

        var giveaway = judgement.Against.Count == 0
            ? "It does not match it in every part."
            : $"What gave it away: {Sentences.WithStop(judgement.Against[0].Text)}";
        return $"It pretends to be this: {title}. {giveaway} The genuine behaviour, for comparison: {why}";
    }

    private static string WithPeople(string explanation, Incident incident) =>
        People.Explanation(incident) is { } who ? $"{explanation} {who}" : explanation;

    /// <summary>Whether a harmless behaviour matches, but with too little for it or too much against it to call the alert harmless.</summary>
    private static bool IsNotProven(Judgement judgement) =>
        judgement is { Verdict: Verdict.Undetermined, IsImitation: false, Attribution: null, Behaviour.Nature: BehaviourNature.Harmless };

    private List<RuleMeaning> Detections(Incident incident) =>
        [.. incident.Rules.Select(rules.Find).OfType<RuleGuide>().Distinct().Select(guide => new RuleMeaning(guide.Rule, guide.Detects))];

    private static List<string> Actions(Incident incident, Placeholders placeholders, UnknownIncident unknown)
    {
        var judgement = incident.Judgement;
        var asked = People.Actions(incident);
        if (People.IsDoubtedHarmless(judgement))
        {
            return asked;
        }

        if (IsNotProven(judgement))
        {
            return [.. asked, .. unknown.Actions()];
        }

        var texts = judgement.IsImitation ? judgement.Behaviour?.ImitationActions : judgement.Behaviour?.Actions;
        List<string> actions = [.. asked, .. (texts ?? []).Select(placeholders.Prose).OfType<string>()];
        return actions.Count > 0 || judgement.Verdict is Verdict.Benign ? actions : unknown.Actions();
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
