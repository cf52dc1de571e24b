using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Reporting;

/// <summary>What a rule's guide says about one incident: only the texts that fit it, with its own names and values.</summary>
internal sealed record RuleGuidance
{
    public required RuleGuide Guide { get; init; }

    /// <summary>What happened, short enough for a headline; null when the alert does not hold what that needs.</summary>
    public required string? Happened { get; init; }

    public required IReadOnlyList<string> UsualCauses { get; init; }

    /// <summary>What makes it serious and is so here.</summary>
    public required IReadOnlyList<string> SeriousHere { get; init; }

    /// <summary>What would make it serious, and the alert cannot say whether it is so.</summary>
    public required IReadOnlyList<string> SeriousWhen { get; init; }

    public required IReadOnlyList<string> Checks { get; init; }

    public required IReadOnlyList<string> Actions { get; init; }

    /// <summary>The commands among the checks, filled in for a shell.</summary>
    public required IReadOnlyList<string> Commands { get; init; }

    public static RuleGuidance From(RuleGuide guide, Incident incident)
    {
        var placeholders = new Placeholders(incident);
        return new RuleGuidance
        {
            Guide = guide,
            Happened = guide.Happened.Select(text => placeholders.Headline(WithoutRepeat(text, incident.First))).FirstOrDefault(text => text is not null),
            UsualCauses = Fitting(guide.UsualCauses, incident, placeholders),
            SeriousHere = Holding(guide.SeriousWhen, incident),
            SeriousWhen = Fitting(guide.SeriousWhen.Where(advice => advice.When.Count == 0), incident, placeholders),
            Checks = Fitting(guide.CheckFirst, incident, placeholders),
            Actions = Fitting(guide.Actions, incident, placeholders),
            Commands = CommandsOf(guide, incident, placeholders),
        };
    }

    /// <summary>A command line of the process's name alone says nothing more behind that name.</summary>
    private static string WithoutRepeat(string text, FalcoAlert alert) =>
        alert.Value("proc.cmdline") is { } command && command == alert.Value("proc.name") ? text.Replace(" ({command})", "", StringComparison.Ordinal) : text;

    private static List<string> Fitting(IEnumerable<Advice> advice, Incident incident, Placeholders placeholders) =>
    [
        .. advice.Where(item => !item.IsCommand && Holds(item, incident.First, incident.Subject))
            .Select(item => placeholders.Prose(item.Text))
            .OfType<string>(),
    ];

    /// <summary>An incident is as serious as the most serious of its alerts, so each of them is asked.</summary>
    private static List<string> Holding(IEnumerable<Advice> advice, Incident incident)
    {
        FalcoAlert[] alerts = incident.Samples.Count > 0 ? [.. incident.Samples.Select(sample => sample.Alert)] : [incident.First];
        return
        [
            .. from item in advice
               where item.When.Count > 0
               let alert = alerts.FirstOrDefault(alert => Holds(item, alert, incident.Subject))
               where alert is not null
               let text = new Placeholders(incident with { First = alert }).Prose(item.Text)
               where text is not null
               select text,
        ];
    }

    private static List<string> CommandsOf(RuleGuide guide, Incident incident, Placeholders placeholders) =>
    [
        .. guide.CheckFirst.Where(item => item.IsCommand && Holds(item, incident.First, incident.Subject))
            .Select(item => placeholders.Shell(item.Text))
            .OfType<string>(),
    ];

    private static bool Holds(Advice advice, FalcoAlert alert, Subject subject)
    {
        if (advice.OnlyLive && subject.Resolution == Resolution.Deleted)
        {
            return false;
        }

        var facts = new Facts(alert, subject, default);
        foreach (var predicate in advice.When)
        {
            if (PredicateEvaluator.Ask(predicate, facts, out _) != Answer.Yes)
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>What a rule detects, for a report whose verdict comes from a behaviour.</summary>
internal sealed record RuleMeaning(string Rule, string Detects);
