using System.Text;
using FalcoStreamer.Correlation;

namespace FalcoStreamer.Reporting;

/// <summary>The part of a Markdown report that says what it most probably is, with the evidence; the weightiest stands alone, the rest in one line.</summary>
internal static class MarkdownMeaning
{
    private const int MostLines = 4;

    public static void Append(StringBuilder markdown, IncidentReport report)
    {
        var judgement = report.Incident.Judgement;
        markdown.Append("\n## What it most probably is\n").Append(MarkdownText.Prose(report.Explanation)).Append('\n');
        AppendEvidence(
            markdown,
            judgement.IsImitation ? "What fits the genuine behaviour" : judgement.Behaviour is null ? "What is known" : "What speaks for it",
            StoryPhrase.Untold(judgement.For, judgement));
        AppendEvidence(markdown, judgement.IsImitation ? "What does not fit it" : "What speaks against it", judgement.Against);
        // Of something unknown the explanation has already said what would decide it.
        if (judgement.Behaviour is not null && judgement.Unseen.Count > 0)
        {
            markdown.Append("\nWhat could not be seen: ").Append(MarkdownText.Prose(Sentences.Unseen(judgement))).Append('\n');
        }

        if (report.Comparison is { } comparison)
        {
            markdown.Append("\nThe genuine behaviour, for comparison: ").Append(MarkdownText.Prose(comparison)).Append('\n');
        }

        AppendGuidance(markdown, report.Guidance);
    }

    private static void AppendGuidance(StringBuilder markdown, RuleGuidance? guidance)
    {
        if (guidance is null)
        {
            return;
        }

        AppendTexts(markdown, "What makes it more serious here", guidance.SeriousHere);
        AppendTexts(markdown, "What would make it serious", guidance.SeriousWhen);
        AppendTexts(markdown, "What most often sets this rule off", guidance.UsualCauses);
        if (guidance.Guide.Note is { } note)
        {
            markdown.Append('\n').Append(MarkdownText.Prose(note)).Append('\n');
        }
    }

    /// <summary>One text stands behind its title, several below it.</summary>
    private static void AppendTexts(StringBuilder markdown, string title, IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
        {
            return;
        }

        markdown.Append('\n').Append(title).Append(texts.Count == 1 ? ": " : ":\n");
        foreach (var text in texts)
        {
            markdown.Append(texts.Count == 1 ? "" : "- ").Append(MarkdownText.Prose(text)).Append('\n');
        }
    }

    private static void AppendEvidence(StringBuilder markdown, string title, IReadOnlyList<Evidence> evidence)
    {
        if (evidence.Count == 0)
        {
            return;
        }

        markdown.Append('\n').Append(title).Append(" (with its weight):\n");
        var alone = evidence.Count > MostLines ? MostLines - 1 : evidence.Count;
        foreach (var piece in evidence.Take(alone))
        {
            markdown.Append("- ").Append(Weighed(piece)).Append('\n');
        }

        if (alone < evidence.Count)
        {
            markdown.Append("- ").AppendJoin("; ", evidence.Skip(alone).Select(Weighed)).Append('\n');
        }
    }

    private static string Weighed(Evidence piece) => $"{MarkdownText.Prose(piece.Text)} ({Sentences.Number(piece.Weight)})";
}
