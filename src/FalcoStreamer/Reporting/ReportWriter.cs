using System.Text.RegularExpressions;
using FalcoStreamer.Correlation;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Reporting;

/// <summary>Writes an incident out for people. Pure: the same incident gives the same report.</summary>
internal static partial class ReportWriter
{
    public static IncidentReport Write(Incident incident)
    {
        var placeholders = new Placeholders(incident);
        return new IncidentReport
        {
            Incident = incident,
            Headline = Headline(incident, placeholders),
            Explanation = string.Join(' ', new[] { Explanation(incident, placeholders), People.Explanation(incident) }.Where(text => !string.IsNullOrEmpty(text))),
            Actions = [.. People.Actions(incident), .. Actions(incident, placeholders)],
            Commands = Commands(incident, placeholders),
            Hardening = HardeningAdvice.For(incident),
            Exception = FalcoException.For(incident),
            Attack = Attack(incident),
        };
    }

    private static string Headline(Incident incident, Placeholders placeholders)
    {
        var judgement = incident.Judgement;
        if (judgement.Behaviour is not { } behaviour)
        {
            return UnknownIncident.Headline(incident);
        }

        var place = SubjectPhrase.Within(incident.Subject);
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
        var judgement = incident.Judgement;
        if (judgement.Behaviour is not { } behaviour)
        {
            return UnknownIncident.Explanation(incident);
        }

        var title = Sentences.WithoutStop(behaviour.Title);
        var why = Sentences.WithStop(placeholders.Prose(behaviour.Why) ?? title);
        if (!judgement.IsImitation)
        {
            return why;
        }

        var giveaway = judgement.Against.Count == 0
            ? "It does not match it in every part."
            : $"What gave it away: {Sentences.WithStop(judgement.Against[0].Text)}";
        return $"It pretends to be this: {title}. {giveaway} The genuine behaviour, for comparison: {why}";
    }

    private static List<string> Actions(Incident incident, Placeholders placeholders)
    {
        var judgement = incident.Judgement;
        if (People.IsDoubtedHarmless(judgement))
        {
            return [];
        }

        var texts = judgement.IsImitation ? judgement.Behaviour?.ImitationActions : judgement.Behaviour?.Actions;
        List<string> actions = [.. (texts ?? []).Select(placeholders.Prose).OfType<string>()];
        return actions.Count > 0 || judgement.Verdict is Verdict.Benign ? actions : UnknownIncident.Actions(incident);
    }

    private static List<string> Commands(Incident incident, Placeholders placeholders)
    {
        var texts = incident.Judgement.Behaviour?.Commands is { Count: > 0 } own ? own : UnknownIncident.Commands(incident);
        return [.. texts.Concat(People.Commands(incident)).Select(placeholders.Shell).OfType<string>()];
    }

    /// <summary>The behaviour's techniques, then those that Falco's rules are tagged with.</summary>
    private static string[] Attack(Incident incident)
    {
        var alerts = incident.Samples.Count > 0 ? incident.Samples.Select(sample => sample.Alert) : [incident.First];
        var tags = alerts
            .SelectMany(alert => alert.Tags)
            .Where(tag => tag.Span.Length is >= 5 and <= 9)
            .Select(tag => tag.ToString())
            .Where(tag => Technique().IsMatch(tag))
            .Order(StringComparer.Ordinal);
        // What an imitation would be is not what the genuine thing is.
        var isHarmless = incident.Judgement is { IsImitation: false, Behaviour.Nature: BehaviourNature.Harmless };
        var own = isHarmless ? [] : incident.Judgement.Behaviour?.Attack ?? [];
        return [.. own.Concat(tags).Distinct(StringComparer.Ordinal)];
    }

    [GeneratedRegex(@"^T[0-9]{4}(?:\.[0-9]{3})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Technique();
}
