using System.Globalization;
using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Reporting;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>Writes one <c>LogRecord</c> (protos/opentelemetry/proto/logs/v1/logs.proto) for an alert or for a change of an incident.</summary>
/// <param name="markdown">The report for people, which is the body of an incident's record.</param>
/// <param name="includeCommandLine">Whether <c>process.command_line</c> is sent at all.</param>
internal sealed class OtlpRecords(Func<IncidentReport, string> markdown, bool includeCommandLine)
{
    private const int Time = 1;
    private const int SeverityNumber = 2;
    private const int SeverityText = 3;
    private const int Body = 5;
    private const int Attributes = 6;
    private const int ObservedTime = 11;
    private const int EventName = 12;

    // "falco." and the name of a field; longer names do not exist.
    private const int MostFieldName = 256;

    public void Write(ProtobufWriter writer, SinkRecord record)
    {
        switch (record)
        {
            case AlertRecord alert:
                WriteAlert(writer, alert);
                break;
            case ReportRecord report:
                WriteIncident(writer, report);
                break;
        }
    }

    /// <summary>The number of a priority on OpenTelemetry's scale (contracts/otlp.md).</summary>
    public static ulong SeverityOf(Priority priority) => priority switch
    {
        Priority.Emergency => 21,
        Priority.Alert => 19,
        Priority.Critical => 18,
        Priority.Error => 17,
        Priority.Warning => 13,
        Priority.Notice => 10,
        Priority.Informational => 9,
        _ => 5,
    };

    private void WriteAlert(ProtobufWriter writer, AlertRecord record)
    {
        var alert = record.Alert;
        writer.Fixed64(Time, (ulong)alert.Time.UnixNanoseconds);
        writer.Varint(SeverityNumber, SeverityOf(alert.Priority));
        writer.Text(SeverityText, alert.Priority.Word());
        writer.AnyText(Body, alert.Sentence.Span);
        writer.Attribute(Attributes, "log.record.uid"u8, alert.Id.ToString());
        writer.Attribute(Attributes, "falcostreamer.incident.id"u8, record.IncidentId);
        writer.Attribute(Attributes, "security_rule.name"u8, alert.RuleText.Span);
        WriteIfPresent(writer, "falco.source"u8, alert.SourceText);
        WriteIfPresent(writer, "falco.hostname"u8, alert.HostnameText);
        WriteIfPresent(writer, "falco.uuid"u8, alert.SidekickUuid);
        writer.Attribute(Attributes, "falco.tags"u8, alert.Tags);
        foreach (var field in alert.Fields)
        {
            WriteField(writer, field);
        }

        writer.Fixed64(ObservedTime, (ulong)record.Received.UnixNanoseconds);
        writer.Bytes(EventName, "falco.alert"u8);
    }

    private static void WriteIfPresent(ProtobufWriter writer, ReadOnlySpan<byte> key, Utf8Text text)
    {
        if (text.IsPresent)
        {
            writer.Attribute(Attributes, key, text.Span);
        }
    }

    private void WriteField(ProtobufWriter writer, AlertField field)
    {
        var name = OtlpAttributes.NameOf(field.Name.Span, out var form);
        if (!name.IsEmpty)
        {
            if (form == OtlpAttributes.Form.Number
                && long.TryParse(field.Value.Span, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            {
                writer.Attribute(Attributes, name, number);
            }
            else if (includeCommandLine || !field.Name.Is("proc.cmdline"u8))
            {
                writer.Attribute(Attributes, name, field.Value.Span);
            }

            return;
        }

        Span<byte> key = stackalloc byte[MostFieldName];
        "falco."u8.CopyTo(key);
        var length = Math.Min(field.Name.Span.Length, MostFieldName - "falco.".Length);
        field.Name.Span[..length].CopyTo(key["falco.".Length..]);
        writer.Attribute(Attributes, key[..("falco.".Length + length)], field);
    }

    private void WriteIncident(ProtobufWriter writer, ReportRecord record)
    {
        var (report, incident) = (record.Report, record.Report.Incident);
        var judgement = incident.Judgement;
        writer.Fixed64(Time, (ulong)incident.LastTime.UnixNanoseconds);
        writer.Varint(SeverityNumber, SeverityOf(incident.Priority));
        writer.Text(SeverityText, incident.Priority.Word());
        writer.AnyText(Body, markdown(report));
        writer.Attribute(Attributes, "falcostreamer.incident.id"u8, incident.Id);
        writer.Attribute(Attributes, "falcostreamer.incident.change"u8, record.Change switch
        {
            IncidentChangeKind.Opened => "opened",
            IncidentChangeKind.Grown => "grown",
            IncidentChangeKind.Rejudged => "rejudged",
            _ => "closed",
        });
        writer.Attribute(Attributes, "falcostreamer.incident.verdict"u8, judgement.Verdict.Word());
        writer.Attribute(Attributes, "falcostreamer.incident.confidence"u8, judgement.Confidence);
        writer.Attribute(Attributes, "falcostreamer.incident.behaviour"u8, judgement.Behaviour?.Id);
        writer.Attribute(Attributes, "falcostreamer.incident.headline"u8, report.Headline);
        writer.Attribute(Attributes, "falcostreamer.incident.count"u8, incident.Count);
        writer.Attribute(Attributes, "falcostreamer.incident.first_time"u8, incident.FirstTime.ToString());
        writer.Attribute(Attributes, "falcostreamer.incident.last_time"u8, incident.LastTime.ToString());
        writer.Attribute(Attributes, "falcostreamer.incident.evidence.for"u8, [.. judgement.For.Select(evidence => evidence.Text)]);
        writer.Attribute(Attributes, "falcostreamer.incident.evidence.against"u8, [.. judgement.Against.Select(evidence => evidence.Text)]);
        writer.Attribute(Attributes, "falcostreamer.incident.actions"u8, report.Actions);
        writer.Attribute(Attributes, "falcostreamer.incident.attack"u8, report.Attack);
        writer.Attribute(Attributes, "falcostreamer.incident.exception"u8, report.Exception);
        writer.Attribute(Attributes, "security_rule.name"u8, incident.First.RuleText.Span);
        writer.Attribute(Attributes, "falcostreamer.incident.rules"u8, incident.Rules);
        writer.Fixed64(ObservedTime, (ulong)record.Observed.UnixNanoseconds);
        writer.Bytes(EventName, "falco.incident"u8);
    }
}
