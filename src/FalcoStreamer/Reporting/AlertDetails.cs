using System.Globalization;
using System.Text;
using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;

namespace FalcoStreamer.Reporting;

/// <summary>The part of a Markdown report that quotes Falco: its sentence, the process, and every field of the first alert.</summary>
internal static class AlertDetails
{
    private const int MaxFields = 64;
    private const int MaxFieldBytes = 512;

    public static void Append(StringBuilder markdown, Incident incident, IReadOnlyList<RuleMeaning> detections)
    {
        var alert = incident.First;
        markdown.Append("\n## Alert details\n\n");
        if (alert.Sentence.Span.Length > 0)
        {
            markdown.Append("Falco said: ").Append(MarkdownText.Code(alert.Sentence.ToString())).Append('\n');
        }

        foreach (var meaning in detections)
        {
            markdown.Append("\nThe rule ").Append(MarkdownText.Code(meaning.Rule)).Append(" looks for this: ").Append(MarkdownText.Prose(meaning.Detects)).Append('\n');
        }

        AppendProcess(markdown, alert);
        AppendSamples(markdown, incident.Samples);
        AppendFields(markdown, alert);
    }

    private static void AppendProcess(StringBuilder markdown, FalcoAlert alert)
    {
        var values = new StringBuilder();
        AppendValue(values, "Command line", alert.Value("proc.cmdline"));
        AppendValue(values, "Process", alert.Value("proc.name"), alert.Value("proc.exepath"));
        AppendValue(values, "Parent", alert.Value("proc.pname"));
        AppendValue(values, "User", alert.Value("user.name"));
        if (values.Length > 0)
        {
            markdown.Append('\n').Append(values);
        }
    }

    private static void AppendValue(StringBuilder markdown, string name, string? value, string? detail = null)
    {
        if (value is null)
        {
            return;
        }

        markdown.Append("- ").Append(name).Append(": ").Append(MarkdownText.Code(value));
        if (detail is not null)
        {
            markdown.Append(" from ").Append(MarkdownText.Code(detail));
        }

        markdown.Append('\n');
    }

    private static void AppendSamples(StringBuilder markdown, IReadOnlyList<AlertSample> samples)
    {
        if (samples.Count < 2)
        {
            return;
        }

        markdown.Append("\nThe alerts differ:\n\n");
        foreach (var (alert, count) in samples)
        {
            markdown.Append(CultureInfo.InvariantCulture, $"- {count} × ").Append(MarkdownText.Code(alert.Rule));
            if (alert.Value("proc.cmdline") is { } command)
            {
                markdown.Append(": ").Append(MarkdownText.Code(command));
            }

            markdown.Append('\n');
        }
    }

    private static void AppendFields(StringBuilder markdown, FalcoAlert alert)
    {
        List<AlertField> fields = [];
        foreach (var field in alert.Fields)
        {
            fields.Add(field);
        }

        if (fields.Count == 0)
        {
            return;
        }

        markdown.Append(CultureInfo.InvariantCulture, $"\nAll {fields.Count} fields of the first alert:\n\n");
        foreach (var field in fields.OrderBy(field => field.Name.ToString(), StringComparer.Ordinal).Take(MaxFields))
        {
            markdown.Append("- ").Append(MarkdownText.Code(field.Name.ToString())).Append(" = ").Append(MarkdownText.Code(field.Value.ToString(), MaxFieldBytes)).Append('\n');
        }

        if (fields.Count > MaxFields)
        {
            markdown.Append(CultureInfo.InvariantCulture, $"- and {fields.Count - MaxFields} more, which are in the alert itself\n");
        }
    }
}
