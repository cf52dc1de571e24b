using System.Text;
using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Reporting;

/// <summary>A report for a terminal: short enough to read at once, the verdict in its colour.</summary>
/// <param name="useColour">False on anything but a terminal and with <c>NO_COLOR</c>.</param>
/// <param name="width">How many characters a line may have.</param>
internal sealed class TerminalRenderer(bool useColour, int width = 100)
{
    private const int MinWidth = 40;
    private const string Bold = "\u001b[1m";
    private const string Dim = "\u001b[2m";
    private const string Reset = "\u001b[0m";

    private readonly int _width = Math.Max(width, MinWidth);

    public string Render(IncidentReport report)
    {
        var (incident, judgement) = (report.Incident, report.Incident.Judgement);
        var text = new StringBuilder(2048);
        var badge = judgement.Verdict.Word().ToUpperInvariant();
        AppendWrapped(text, $"{badge}  ", report.Headline, Colour(judgement.Verdict), Bold);
        AppendWrapped(text, "  ", Summary(incident), contentStyle: Dim);
        text.Append('\n');
        AppendWrapped(text, "  ", report.Explanation);
        AppendEvidence(text, "  + ", StoryPhrase.Untold(judgement.For, judgement));
        AppendEvidence(text, "  - ", judgement.Against);
        if (judgement.Behaviour is not null && judgement.Unseen.Count > 0)
        {
            AppendWrapped(text, "  ? ", $"Not seen: {Sentences.Unseen(judgement)}");
        }

        if (report.Comparison is { } comparison)
        {
            AppendWrapped(text, "  ", $"The genuine behaviour, for comparison: {comparison}");
        }

        Section(text, "What makes it more serious here", "  ! ", report.Guidance?.SeriousHere ?? []);
        Section(text, "What would make it serious", "  - ", report.Guidance?.SeriousWhen ?? []);
        Section(text, "What most often sets this rule off", "  - ", report.Guidance?.UsualCauses ?? []);
        Section(text, "Story", "  ", [.. judgement.Story.Select(line => Told(line, incident))]);
        if (incident.First.Value("proc.cmdline") is { } command)
        {
            Heading(text, "Command line");
            AppendWrapped(text, "  ", command);
        }

        Section(text, "What to do now", "  > ", report.Actions);
        Verbatim(text, "Commands", report.Commands);
        Section(text, "Hardening", "  * ", report.Hardening);
        Verbatim(text, "Falco exception", report.Exception is null ? [] : report.Exception.TrimEnd('\n').Split('\n'));
        return text.ToString();
    }

    private static string Told(StoryLine line, Incident incident)
    {
        var command = line.Command is { } ran ? $": {ran}" : "";
        return $"{StoryPhrase.Moment(line, incident)}  {StoryPhrase.Of(line, incident)}{command} ({line.Rule})";
    }

    private static string Summary(Incident incident)
    {
        var subject = incident.Subject;
        var owner = SubjectPhrase.OwnerName(subject) is { } name ? $" of {name}" : "";
        var doubt = SubjectPhrase.Doubt(subject) is { } text ? $" ({text})" : "";
        var node = subject is { Node: { } on, Kind: not SubjectKind.Node } ? $" on {on}" : "";
        return $"{Sentences.Capitalised(SubjectPhrase.Of(subject))}{doubt}{owner}{node}; {string.Join(", ", incident.Rules)} ({incident.Priority.Word()}); "
            + $"{Sentences.Alerts(incident.Count)} at {incident.FirstTime}; {Sentences.VerdictOf(incident.Judgement)}";
    }

    private void AppendEvidence(StringBuilder text, string marker, IReadOnlyList<Evidence> evidence) =>
        AppendAll(text, marker, [.. evidence.Select(piece => $"{piece.Text} ({Sentences.Number(piece.Weight)})")]);

    private void Section(StringBuilder text, string heading, string marker, IReadOnlyList<string> items)
    {
        if (items.Count > 0)
        {
            Heading(text, heading);
            AppendAll(text, marker, items);
        }
    }

    /// <summary>Lines that somebody copies, which must not be wrapped.</summary>
    private void Verbatim(StringBuilder text, string heading, IReadOnlyList<string> lines)
    {
        if (lines.Count == 0)
        {
            return;
        }

        Heading(text, heading);
        foreach (var line in lines)
        {
            // A width does not bind what would be broken by it.
            text.Append("  ").Append(ReportText.Lines(line)).Append('\n');
        }
    }

    private void Heading(StringBuilder text, string heading)
    {
        text.Append('\n').Append("  ");
        AppendStyled(text, heading, Bold);
        text.Append('\n');
    }

    private void AppendAll(StringBuilder text, string marker, IReadOnlyList<string> items)
    {
        foreach (var item in items)
        {
            AppendWrapped(text, marker, item);
        }
    }

    /// <summary>Neutral, wrapped, and indented below its marker.</summary>
    private void AppendWrapped(StringBuilder text, string marker, string content, string markerStyle = "", string contentStyle = "")
    {
        var start = marker;
        foreach (var line in LineWrap.Split(ReportText.Line(content), _width - marker.Length))
        {
            AppendStyled(text, start, markerStyle);
            AppendStyled(text, line, contentStyle);
            text.Append('\n');
            start = new string(' ', marker.Length);
        }
    }

    private void AppendStyled(StringBuilder text, string content, string style)
    {
        if (useColour && style.Length > 0)
        {
            text.Append(style).Append(content).Append(Reset);
        }
        else
        {
            text.Append(content);
        }
    }

    private static string Colour(Verdict verdict) => verdict switch
    {
        Verdict.Benign => "\u001b[1;32m",
        Verdict.LikelyBenign => "\u001b[1;36m",
        Verdict.Suspicious => "\u001b[1;31m",
        _ => "\u001b[1;33m",
    };
}
