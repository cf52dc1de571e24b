using System.Globalization;
using System.Text;
using FalcoStreamer.Correlation;

namespace FalcoStreamer.Reporting;

/// <summary>A report as Markdown: for `replay`, for the Event's annotation, for a ticket.</summary>
internal static class MarkdownRenderer
{
    private const int MaxAlertIds = 20;
    private const int MaxStoryLines = 20;

    public static string Render(IncidentReport report)
    {
        var incident = report.Incident;
        var markdown = new StringBuilder(4096);
        markdown.Append("# ").Append(MarkdownText.Prose(report.Headline)).Append("\n\n");
        MarkdownSummary.Append(markdown, report);
        MarkdownMeaning.Append(markdown, report);
        AppendStory(markdown, incident);
        AppendList(markdown, "What to do now", report.Actions, isNumbered: true);
        AppendCommands(markdown, report);
        AppendHardening(markdown, report);
        AppendException(markdown, report);
        AlertDetails.Append(markdown, incident, report.Detections);
        AppendSources(markdown, report);
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
        markdown.Append("It exempts what was seen here and nothing else. It needs Falco 0.37 and a rules file that loads after the rule's own; `falco --validate` tries it.\n");
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
            markdown.Append(MarkdownText.Prose(pointer)).Append('\n');
        }

        for (var number = 1; number <= Math.Min(story.Count, MaxStoryLines); number++)
        {
            var line = story[number - 1];
            AppendMarker(markdown, number).Append(StoryPhrase.Moment(line, incident)).Append(' ').Append(MarkdownText.Prose(StoryPhrase.Of(line, incident)));
            if (line.Command is { } command)
            {
                markdown.Append(": ").Append(MarkdownText.Code(command));
            }

            markdown.Append(" (").Append(MarkdownText.Code(line.Rule)).Append(")\n");
        }

        if (story.Count > MaxStoryLines)
        {
            markdown.Append(CultureInfo.InvariantCulture, $"\nAnd {story.Count - MaxStoryLines} more steps.\n");
        }

        if (StoryPhrase.WeightOfStep(incident.Judgement) is { } weight)
        {
            markdown.Append("\nEach step that nothing explains weighs ").Append(Sentences.Number(weight)).Append(".\n");
        }
    }

    /// <summary>Where each statement comes from: what was read, the incident and its alerts.</summary>
    private static void AppendSources(StringBuilder markdown, IncidentReport report)
    {
        var incident = report.Incident;
        AppendHeading(markdown, "Sources and IDs");
        if ((incident.Judgement.Behaviour?.Sources ?? report.Guidance?.Guide.Sources) is { Count: > 0 } sources)
        {
            markdown.Append("- Known from ").AppendJoin("; ", sources.Select(MarkdownText.Prose)).Append('\n');
        }

        markdown.Append("- Incident ").Append(MarkdownText.Code(incident.Id));
        if (incident.Judgement.Behaviour is { } behaviour)
        {
            markdown.Append(", behaviour ").Append(MarkdownText.Code(behaviour.Id));
        }

        markdown.Append(incident.Count == 1 ? ", alert " : ", alerts ").AppendJoin(", ", incident.Alerts.Take(MaxAlertIds).Select(id => MarkdownText.Code(id.ToString())));
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

    private static void AppendHeading(StringBuilder markdown, string heading) => markdown.Append("\n## ").Append(heading).Append('\n');
}
