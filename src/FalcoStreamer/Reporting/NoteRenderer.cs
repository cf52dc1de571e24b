using System.Text;
using FalcoStreamer.Correlation;

namespace FalcoStreamer.Reporting;

/// <summary>
/// A report as the message of a Kubernetes Event: the first line stands alone in `kubectl get events`, the rest is for `kubectl describe`.
/// </summary>
internal static class NoteRenderer
{
    /// <summary>The API server refuses more (contracts/kubernetes.md).</summary>
    public const int MaxBytes = 1024;

    /// <summary>The first line stays below 200.</summary>
    public const int MaxFirstLineBytes = 199;

    private const int MaxEvidenceBytes = 150;
    private const int MaxStoryBytes = 320;
    private const int MaxCommandBytes = 180;
    private const int MaxActionBytes = 220;

    /// <summary>Where a sentence may end before its end and still be one.</summary>
    private static readonly string[] Joints = ["; ", ". ", ": ", ", ", " ("];

    public static string Render(IncidentReport report)
    {
        var (incident, judgement) = (report.Incident, report.Incident.Judgement);
        var note = new StringBuilder(FirstLine(report.Headline), MaxBytes);
        note.Append("\nVerdict: ").Append(Sentences.VerdictOf(judgement)).Append("; ").Append(Sentences.Alerts(incident.Count));
        if (SubjectPhrase.Doubt(incident.Subject) is { } doubt)
        {
            note.Append("; pod ").Append(ReportText.Line(doubt, MaxEvidenceBytes));
        }

        if (judgement.Story.Count > 0)
        {
            Append(note, "", StoryPhrase.Pointer(incident) ?? StoryPhrase.Whole(incident), MaxStoryBytes);
        }

        foreach (var (side, evidence) in Strongest(judgement))
        {
            Append(note, side, evidence.Text, MaxEvidenceBytes);
        }

        if (judgement.For.Count + judgement.Against.Count == 0 && judgement.Unseen.Count > 0)
        {
            Append(note, "Not seen: ", Sentences.Unseen(judgement), MaxEvidenceBytes);
        }

        if (report.Guidance is { } guidance)
        {
            AppendFirst(note, "More serious: ", guidance.SeriousHere);
            AppendFirst(note, "Usually: ", guidance.UsualCauses);
        }

        if (incident.First.Value("proc.cmdline") is { } command)
        {
            Append(note, "Command: ", command, MaxCommandBytes);
        }

        if (report.Actions.Count > 0)
        {
            Append(note, "To do: ", report.Actions[0], MaxActionBytes);
        }

        return Utf8Cut.To(note.ToString(), MaxBytes);
    }

    /// <summary>A headline below 200 bytes: cut where a clause ends, or else behind a word.</summary>
    public static string FirstLine(string headline)
    {
        var line = ReportText.Line(headline, int.MaxValue).Trim();
        if (Encoding.UTF8.GetByteCount(line) <= MaxFirstLineBytes)
        {
            return line;
        }

        // The mark of Utf8Cut says how much is missing; here every byte is better spent on the sentence.
        const string ellipsis = "…";
        var room = Fitting(line, MaxFirstLineBytes - Encoding.UTF8.GetByteCount(ellipsis));
        var joint = Joints.Max(text => room.LastIndexOf(text, StringComparison.Ordinal));
        if (joint >= room.Length / 2)
        {
            return room[..joint];
        }

        var word = room.LastIndexOf(' ');
        return (word >= room.Length / 2 ? room[..word] : room) + ellipsis;
    }

    private static string Fitting(string text, int maxBytes)
    {
        var length = 0;
        var bytes = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > maxBytes)
            {
                break;
            }

            length += rune.Utf16SequenceLength;
        }

        return text[..length];
    }

    /// <summary>The two weightiest pieces; of an imitation first what gave it away.</summary>
    private static IEnumerable<(string Side, Evidence Evidence)> Strongest(Judgement judgement) =>
        judgement.Against.Select(evidence => (Side: "Against: ", Evidence: evidence))
            .Concat(StoryPhrase.Untold(judgement.For, judgement).Select(evidence => (Side: "For: ", Evidence: evidence)))
            .OrderByDescending(piece => judgement is { IsImitation: true, Against.Count: > 0 } && ReferenceEquals(piece.Evidence, judgement.Against[0]))
            .ThenByDescending(piece => piece.Evidence.Weight)
            .Take(2);

    private static void AppendFirst(StringBuilder note, string name, IReadOnlyList<string> texts)
    {
        if (texts.Count > 0)
        {
            Append(note, name, texts[0], MaxEvidenceBytes);
        }
    }

    private static void Append(StringBuilder note, string name, string text, int maxBytes) =>
        note.Append('\n').Append(name).Append(ReportText.Line(text, maxBytes));
}
