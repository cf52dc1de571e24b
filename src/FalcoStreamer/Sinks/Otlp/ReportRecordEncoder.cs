using System.Globalization;
using FalcoStreamer.Correlation;
using FalcoStreamer.Reporting;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>Writes a change of an incident as a <c>LogRecord</c> named <c>falco.incident</c>.</summary>
/// <remarks>
/// The alerts of an incident are not listed: each alert's own record names its incident, and every change would repeat the list.
/// </remarks>
/// <param name="markdown">Renders the body; it neutralises what Falco said.</param>
internal sealed class ReportRecordEncoder(ProtobufWriter writer, AttributeWriter attributes, Func<IncidentReport, string> markdown)
{
    private readonly OtlpText _body = new();

    /// <summary>Writes the content of the record into the message that is open.</summary>
    public void Write(ReportRecord record)
    {
        var incident = record.Report.Incident;
        // What changed is what its newest alert did.
        RecordMembers.WriteHead(writer, incident.LastTime, incident.Priority);
        RecordMembers.WriteBody(writer, _body.Clean(markdown(record.Report), RecordMembers.BodyLimit, TextForm.Exact));
        attributes.Begin(RecordMembers.Attributes);
        // A repeat of the same change has the same ID, another change of the same incident has another.
        attributes.Text(
            OtlpAttributes.LogRecordUid,
            string.Create(CultureInfo.InvariantCulture, $"{incident.Id}-{WordOf(record.Change)}-{record.Observed.UnixNanoseconds:x}"));
        attributes.Text(OtlpAttributes.Incident.Change, WordOf(record.Change));
        WriteIncident(incident);
        WriteJudgement(incident.Judgement);
        WriteReport(record.Report);
        RecordMembers.WriteTail(writer, attributes.LeftOut, record.Observed, "falco.incident"u8);
    }

    private void WriteIncident(Incident incident)
    {
        attributes.Text(OtlpAttributes.Incident.Id, incident.Id);
        attributes.Text(OtlpAttributes.SecurityRuleName, incident.First.RuleText.Span);
        attributes.Text(OtlpAttributes.FalcoPriority, Severity.WordOf(incident.Priority));
        attributes.List(OtlpAttributes.Incident.Rules, incident.Rules);
        attributes.Integer([], OtlpAttributes.Incident.Count, incident.Count);
        attributes.Text(OtlpAttributes.Incident.FirstTime, incident.FirstTime.ToString());
        attributes.Text(OtlpAttributes.Incident.LastTime, incident.LastTime.ToString());
    }

    private void WriteJudgement(Judgement judgement)
    {
        attributes.Text(OtlpAttributes.Incident.Verdict, judgement.Verdict.Word());
        attributes.Double([], OtlpAttributes.Incident.Confidence, judgement.Confidence);
        attributes.Text(OtlpAttributes.Incident.Behaviour, judgement.Behaviour?.Id);
        attributes.Boolean([], OtlpAttributes.Incident.Imitation, judgement.IsImitation);
        WriteEvidence(OtlpAttributes.Incident.EvidenceFor, judgement.For);
        WriteEvidence(OtlpAttributes.Incident.EvidenceAgainst, judgement.Against);
        attributes.List(OtlpAttributes.Incident.Unseen, judgement.Unseen);
        attributes.Text(OtlpAttributes.Incident.Sequence, judgement.Sequence?.Id);
    }

    private void WriteReport(IncidentReport report)
    {
        attributes.Text(OtlpAttributes.Incident.Headline, report.Headline, TextForm.Visible);
        attributes.List(OtlpAttributes.Incident.Actions, report.Actions);
        attributes.List(OtlpAttributes.Incident.Commands, report.Commands);
        attributes.List(OtlpAttributes.Incident.Hardening, report.Hardening);
        attributes.Text(OtlpAttributes.Incident.Exception, report.Exception);
        attributes.List(OtlpAttributes.Incident.Attack, report.Attack);
    }

    private void WriteEvidence(ReadOnlySpan<byte> key, IReadOnlyList<Evidence> evidence)
    {
        if (evidence.Count > 0 && attributes.BeginList(key) is { } list)
        {
            foreach (var one in evidence)
            {
                attributes.Item(one.Text, TextForm.Visible);
            }

            attributes.EndList(list);
        }
    }

    private static string WordOf(IncidentChangeKind change) => change switch
    {
        IncidentChangeKind.Opened => "opened",
        IncidentChangeKind.Grown => "grown",
        IncidentChangeKind.Rejudged => "rejudged",
        _ => "closed",
    };
}
