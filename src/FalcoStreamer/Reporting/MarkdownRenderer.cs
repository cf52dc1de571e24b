using System.Globalization;
using System.Text;
using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Reporting;

/// <summary>A report as Markdown: for `replay`, for the Event's annotation, for a ticket.</summary>
internal static class MarkdownRenderer
{
    private const int MaxAlertIds = 20;

    public static string Render(IncidentReport report)
    {
        var incident = report.Incident;
        var markdown = new StringBuilder(4096);
        markdown.Append("# ").Append(MarkdownText.Prose(report.Headline)).Append("\n\n");
        AppendSummary(markdown, incident);
        AppendMeaning(markdown, report);
        AlertDetails.Append(markdown, incident, report.Detections);
        AppendList(markdown, "What to do now", report.Actions, isNumbered: true);
        AppendCommands(markdown, report);
        AppendHardening(markdown, report);
        AppendException(markdown, report);
        AppendStory(markdown, incident);
        AppendSources(markdown, report);
        AppendIds(markdown, incident);
        return markdown.ToString();
    }

    /// <summary>The exceptions of many incidents in one file, for the end of a list of reports.</summary>
    public static string RenderExceptions(ExceptionCollection exceptions, int incidents)
    {
        var markdown = new StringBuilder("# Every Falco exception of these reports in one file\n\n");
        markdown.Append(CultureInfo.InvariantCulture, $"It exempts what was seen in {incidents} harmless incidents and nothing else. Save it as a rules file that loads after the rules' own, and try it with `falco --validate`; it needs Falco 0.37.\n\n");
        if (exceptions.LeftOut > 0)
        {
            markdown.Append(CultureInfo.InvariantCulture, $"{exceptions.LeftOut} further combinations of values found no place in it.\n\n");
        }

        MarkdownText.AppendBlock(markdown, "yaml", exceptions.ToYaml() ?? "");
        return markdown.ToString();
    }

    private static void AppendSummary(StringBuilder markdown, Incident incident)
    {
        var (subject, judgement) = (incident.Subject, incident.Judgement);
        var imitation = judgement.IsImitation ? ", an imitation" : "";
        markdown.Append("- **Verdict:** ").Append(judgement.Verdict.Word()).Append(imitation)
            .Append(", confidence ").Append(Sentences.Number(judgement.Confidence)).Append('\n');
        markdown.Append("- **When:** ").Append(incident.FirstTime);
        if (incident.LastTime != incident.FirstTime)
        {
            markdown.Append(" to ").Append(incident.LastTime);
        }

        markdown.Append(", ").Append(Sentences.Alerts(incident.Count)).Append('\n');
        markdown.Append(incident.Rules.Count > 1 ? "- **Rules:** " : "- **Rule:** ")
            .AppendJoin(", ", incident.Rules.Select(rule => MarkdownText.Code(rule)))
            .Append(" (priority ").Append(incident.Priority.Word()).Append(")\n");
        AppendFact(markdown, "Source", subject.Source);
        AppendFact(markdown, "Object", subject.Object is null ? null : SubjectPhrase.Of(subject));
        AppendFact(markdown, "Pod", SubjectPhrase.PodName(subject), Note(subject));
        var hasContainer = subject.Kind != SubjectKind.Node && subject.ContainerType != ContainerType.Sandbox;
        AppendFact(markdown, "Container", hasContainer ? subject.Container ?? subject.ContainerId : null, subject.ContainerType switch
        {
            ContainerType.Init => " (an init container)",
            ContainerType.Ephemeral => " (an ephemeral container)",
            _ => "",
        });
        AppendFact(markdown, "Owner", SubjectPhrase.OwnerName(subject));
        AppendFact(markdown, "Node", subject.Node ?? (subject.Kind == SubjectKind.Node ? subject.Name : null));
        AppendFact(markdown, "Image", subject.Image);
    }

    private static string Note(Subject subject) => subject switch
    {
        { Resolution: Resolution.Deleted } => " (already deleted)",
        { Source: { } source, Resolution: Resolution.Falco } => $" (named by the source {MarkdownText.Prose(source)} only)",
        { Resolution: Resolution.Falco } => " (named by Falco only)",
        { ContainerType: ContainerType.Sandbox } => " (its sandbox)",
        _ => "",
    };

    private static void AppendFact(StringBuilder markdown, string name, string? value, string note = "")
    {
        if (!string.IsNullOrEmpty(value))
        {
            markdown.Append("- **").Append(name).Append(":** ").Append(MarkdownText.Code(value)).Append(note).Append('\n');
        }
    }

    private static void AppendMeaning(StringBuilder markdown, IncidentReport report)
    {
        var judgement = report.Incident.Judgement;
        AppendHeading(markdown, "What it most probably is");
        markdown.Append(MarkdownText.Prose(report.Explanation)).Append('\n');
        AppendEvidence(markdown, judgement.IsImitation ? "What fits the genuine behaviour" : judgement.Behaviour is null ? "What is known" : "What speaks for it", judgement.For);
        AppendEvidence(markdown, judgement.IsImitation ? "What does not fit it" : "What speaks against it", judgement.Against);
        // Of something unknown the explanation has already said what would decide it.
        if (judgement.Behaviour is not null && judgement.Unseen.Count > 0)
        {
            AppendTexts(markdown, "What could not be seen:", judgement.Unseen);
        }

        AppendGuidance(markdown, report.Guidance);
    }

    private static void AppendGuidance(StringBuilder markdown, RuleGuidance? guidance)
    {
        if (guidance is null)
        {
            return;
        }

        AppendTexts(markdown, "What makes it more serious here:", guidance.SeriousHere);
        AppendTexts(markdown, "What would make it serious:", guidance.SeriousWhen);
        AppendTexts(markdown, "What most often sets this rule off:", guidance.UsualCauses);
        if (guidance.Guide.Note is { } note)
        {
            markdown.Append('\n').Append(MarkdownText.Prose(note)).Append('\n');
        }
    }

    private static void AppendTexts(StringBuilder markdown, string title, IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
        {
            return;
        }

        markdown.Append('\n').Append(title).Append("\n\n");
        foreach (var text in texts)
        {
            markdown.Append("- ").Append(MarkdownText.Prose(text)).Append('\n');
        }
    }

    private static void AppendEvidence(StringBuilder markdown, string title, IReadOnlyList<Evidence> evidence)
    {
        if (evidence.Count == 0)
        {
            return;
        }

        markdown.Append('\n').Append(title).Append(" (with its weight):\n\n");
        foreach (var piece in evidence)
        {
            markdown.Append("- ").Append(MarkdownText.Prose(piece.Text)).Append(" (").Append(Sentences.Number(piece.Weight)).Append(")\n");
        }
    }

    private static void AppendCommands(StringBuilder markdown, IncidentReport report)
    {
        if (report.Commands.Count == 0)
        {
            return;
        }

        AppendHeading(markdown, "Commands that show more");
        MarkdownText.AppendBlock(markdown, "shell", string.Join('\n', report.Commands));
    }

    private static void AppendHardening(StringBuilder markdown, IncidentReport report)
    {
        var subject = report.Incident.Subject;
        var where = SubjectPhrase.OwnerName(subject) ?? $"Pod/{subject.Name}";
        AppendList(markdown, $"Hardening that fits this container of {MarkdownText.Prose(where)}", report.Hardening);
    }

    private static void AppendException(StringBuilder markdown, IncidentReport report)
    {
        if (report.Exception is null)
        {
            return;
        }

        AppendHeading(markdown, "Falco exception");
        markdown.Append("It exempts what was seen here and nothing else. It needs Falco 0.37 and a rules file that loads after the rule's own; `falco --validate` tries it.\n\n");
        MarkdownText.AppendBlock(markdown, "yaml", report.Exception);
    }

    private static void AppendStory(StringBuilder markdown, Incident incident)
    {
        var story = incident.Judgement.Story;
        if (story.Count == 0)
        {
            return;
        }

        AppendHeading(markdown, "The story, in the order of time");
        if (StoryPhrase.Pointer(incident) is { } pointer)
        {
            markdown.Append(MarkdownText.Prose(pointer)).Append("\n\n");
        }

        foreach (var (line, number) in story.Select((line, index) => (line, index + 1)))
        {
            AppendMarker(markdown, number).Append(line.Time).Append(": ").Append(MarkdownText.Prose(StoryPhrase.Of(line, incident)))
                .Append(" (").Append(MarkdownText.Code(line.Rule)).Append(")\n");
        }
    }

    private static void AppendSources(StringBuilder markdown, IncidentReport report)
    {
        var sources = report.Incident.Judgement.Behaviour?.Sources ?? report.Guidance?.Guide.Sources ?? [];
        AppendList(markdown, "Sources", sources);
        if (report.Attack.Count > 0)
        {
            markdown.Append("\nMITRE ATT&CK: ").AppendJoin(", ", report.Attack.Select(MarkdownText.Prose)).Append('\n');
        }
    }

    private static void AppendIds(StringBuilder markdown, Incident incident)
    {
        AppendHeading(markdown, "IDs");
        markdown.Append("- Incident ").Append(MarkdownText.Code(incident.Id));
        if (incident.Judgement.Behaviour is { } behaviour)
        {
            markdown.Append(", behaviour ").Append(MarkdownText.Code(behaviour.Id));
        }

        markdown.Append("\n- Alerts ").AppendJoin(", ", incident.Alerts.Take(MaxAlertIds).Select(id => MarkdownText.Code(id.ToString())));
        var more = incident.Count - Math.Min(incident.Alerts.Count, MaxAlertIds);
        markdown.Append(more > 0 ? $" and {more} more\n" : "\n");
    }

    private static void AppendList(StringBuilder markdown, string heading, IReadOnlyList<string> items, bool isNumbered = false)
    {
        if (items.Count == 0)
        {
            return;
        }

        AppendHeading(markdown, heading);
        for (var number = 1; number <= items.Count; number++)
        {
            AppendMarker(markdown, isNumbered ? number : null).Append(MarkdownText.Prose(items[number - 1])).Append('\n');
        }
    }

    private static StringBuilder AppendMarker(StringBuilder markdown, int? number) =>
        number is { } position ? markdown.Append(CultureInfo.InvariantCulture, $"{position}. ") : markdown.Append("- ");

    private static void AppendHeading(StringBuilder markdown, string heading) => markdown.Append("\n## ").Append(heading).Append("\n\n");
}
