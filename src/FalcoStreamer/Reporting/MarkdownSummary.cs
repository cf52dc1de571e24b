using System.Text;
using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Reporting;

/// <summary>The first lines of a Markdown report: the verdict, when, where, and what ran.</summary>
internal static class MarkdownSummary
{
    public static void Append(StringBuilder markdown, IncidentReport report)
    {
        var incident = report.Incident;
        var (subject, alert) = (incident.Subject, incident.First);
        markdown.Append("- **Verdict:** ").Append(Sentences.VerdictOf(incident.Judgement)).Append('\n');
        markdown.Append("- **When:** ").Append(incident.FirstTime);
        if (incident.LastTime != incident.FirstTime)
        {
            markdown.Append(" to ").Append(incident.LastTime);
        }

        markdown.Append(", ").Append(Sentences.Alerts(incident.Count)).Append('\n');
        AppendWhere(markdown, subject);
        AppendFact(markdown, "Command", alert.Value("proc.cmdline"));
        AppendProcess(markdown, alert);
        markdown.Append(incident.Rules.Count > 1 ? "- **Rules:** " : "- **Rule:** ")
            .AppendJoin(", ", incident.Rules.Select(rule => MarkdownText.Code(rule)))
            .Append(" (priority ").Append(incident.Priority.Word()).Append(')');
        if (report.Attack.Count > 0)
        {
            markdown.Append(", MITRE ATT&CK ").AppendJoin(", ", report.Attack.Select(MarkdownText.Prose));
        }

        markdown.Append('\n');
    }

    private static void AppendWhere(StringBuilder markdown, Subject subject)
    {
        AppendFact(markdown, "Source", subject.Source);
        AppendFact(markdown, "Object", subject.Object is null ? null : SubjectPhrase.Of(subject));
        var pod = SubjectPhrase.PodName(subject);
        var container = subject.Kind == SubjectKind.Node || subject.ContainerType == ContainerType.Sandbox ? null : subject.Container ?? subject.ContainerId;
        if (pod is not null)
        {
            markdown.Append("- **Pod:** ").Append(MarkdownText.Code(pod));
            AppendDetails(markdown, SubjectPhrase.Doubt(subject), subject.ContainerType == ContainerType.Sandbox ? "its sandbox" : null);
            AppendDetail(markdown, ", container ", container);
            AppendDetails(markdown, KindOf(subject.ContainerType));
            AppendDetail(markdown, ", of ", SubjectPhrase.OwnerName(subject));
            AppendDetail(markdown, ", on node ", subject.Node);
            AppendDetail(markdown, ", image ", subject.Image);
            markdown.Append('\n');
        }
        else
        {
            AppendFact(markdown, "Container", container);
            AppendFact(markdown, "Node", subject.Node ?? (subject.Kind == SubjectKind.Node ? subject.Name : null));
            AppendFact(markdown, "Image", subject.Image);
        }
    }

    private static string? KindOf(ContainerType? type) => type switch
    {
        ContainerType.Init => "an init container",
        ContainerType.Ephemeral => "an ephemeral container",
        _ => null,
    };

    /// <summary>Who ran it, besides the command line.</summary>
    private static void AppendProcess(StringBuilder markdown, FalcoAlert alert)
    {
        if (alert.Value("proc.name") is not { } process)
        {
            return;
        }

        markdown.Append("- **Process:** ").Append(MarkdownText.Code(process));
        AppendDetail(markdown, " from ", alert.Value("proc.exepath"));
        AppendDetail(markdown, ", started by ", alert.Value("proc.pname"));
        AppendDetail(markdown, ", as user ", alert.Value("user.name"));
        markdown.Append('\n');
    }

    private static void AppendDetail(StringBuilder markdown, string before, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            markdown.Append(before).Append(MarkdownText.Code(value));
        }
    }

    private static void AppendDetails(StringBuilder markdown, params ReadOnlySpan<string?> details)
    {
        foreach (var detail in details)
        {
            if (detail is not null)
            {
                markdown.Append(" (").Append(MarkdownText.Prose(detail)).Append(')');
            }
        }
    }

    private static void AppendFact(StringBuilder markdown, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            markdown.Append("- **").Append(name).Append(":** ").Append(MarkdownText.Code(value)).Append('\n');
        }
    }
}
