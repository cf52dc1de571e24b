using System.Globalization;
using System.Text;
using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;

namespace FalcoStreamer.Reporting;

/// <summary>The part of a Markdown report that quotes Falco: its sentence, what its rules look for, and every field of the first alert.</summary>
internal static class AlertDetails
{
    private const int MaxFields = 64;
    private const int MaxFieldBytes = 512;
    private const int MaxSampleBytes = 256;

    public static void Append(StringBuilder markdown, Incident incident, IReadOnlyList<RuleMeaning> detections)
    {
        var alert = incident.First;
        markdown.Append("\n## What Falco said\n");
        if (alert.Sentence.Span.Length > 0)
        {
            markdown.Append("- ").Append(MarkdownText.Code(alert.Sentence.ToString())).Append('\n');
        }

        foreach (var meaning in detections)
        {
            markdown.Append("- The rule ").Append(MarkdownText.Code(meaning.Rule)).Append(" looks for this: ").Append(MarkdownText.Prose(meaning.Detects)).Append('\n');
        }

        AppendSamples(markdown, incident.Samples);
        AppendFields(markdown, alert);
    }

    /// <summary>Which fields share a line: Falco's class of the field, small classes about one thing together.</summary>
    private static string LineOf(string field) => field.Split('.', 2)[0] switch
    {
        "container" or "k8s" => "container",
        "evt" or "fd" or "user" or "group" => "evt",
        var ofClass => ofClass,
    };

    private static void AppendSamples(StringBuilder markdown, IReadOnlyList<AlertSample> samples)
    {
        if (samples.Count < 2)
        {
            return;
        }

        markdown.Append("- The alerts differ:\n");
        foreach (var (alert, count) in samples)
        {
            markdown.Append(CultureInfo.InvariantCulture, $"  - {count} × ").Append(MarkdownText.Code(alert.Rule));
            if (alert.Value("proc.cmdline") is { } command)
            {
                markdown.Append(": ").Append(MarkdownText.Code(command, MaxSampleBytes));
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

        markdown.Append(CultureInfo.InvariantCulture, $"- All {fields.Count} fields of the first alert:\n");
        var shown = fields.OrderBy(field => field.Name.ToString(), StringComparer.Ordinal).Take(MaxFields);
        foreach (var ofClass in shown.GroupBy(field => LineOf(field.Name.ToString()), StringComparer.Ordinal))
        {
            markdown.Append("  - ")
                .AppendJoin(", ", ofClass.Select(field => $"{MarkdownText.Code(field.Name.ToString())} = {MarkdownText.Code(field.Value.ToString(), MaxFieldBytes)}"))
                .Append('\n');
        }

        if (fields.Count > MaxFields)
        {
            markdown.Append(CultureInfo.InvariantCulture, $"  - and {fields.Count - MaxFields} more, which are in the alert itself\n");
        }
    }
}
