using FalcoStreamer.Correlation;

namespace FalcoStreamer.Reporting;

/// <summary>Says what several alerts tell together.</summary>
internal static class StoryPhrase
{
    private const int TimeStart = 11;
    private const int SecondsLength = 8;
    private const int MillisecondsLength = 12;

    /// <summary>One line of the story; where it happened is said when that is not where the incident is.</summary>
    public static string Of(StoryLine line, Incident incident) =>
        line.Where.Key == incident.Subject.Key ? line.Step : $"{line.Step}, {SubjectPhrase.Within(line.Where)}";

    /// <summary>When a line of the story happened, without the date where it is that of the incident: <c>10:00:01.250</c>.</summary>
    public static string Moment(StoryLine line, Incident incident)
    {
        var (time, first) = (line.Time.ToString(), incident.FirstTime.ToString());
        var start = time.AsSpan(0, TimeStart).SequenceEqual(first.AsSpan(0, TimeStart)) ? TimeStart : 0;
        return time[start..(TimeStart + MillisecondsLength)];
    }

    /// <summary>The evidence that the story does not tell already.</summary>
    public static IReadOnlyList<Evidence> Untold(IReadOnlyList<Evidence> evidence, Judgement judgement) => judgement.Story.Count == 0
        ? evidence
        : [.. evidence.Where(piece => !judgement.Story.Any(line => IsSame(piece, line)))];

    /// <summary>What each step of a sequence weighs, where all weigh the same; null where the evidence does not come from steps.</summary>
    public static double? WeightOfStep(Judgement judgement) =>
        judgement.For.FirstOrDefault(piece => judgement.Story.Any(line => IsSame(piece, line)))?.Weight;

    /// <summary>A sequence has each of its steps as evidence, beginning with a capital.</summary>
    private static bool IsSame(Evidence piece, StoryLine line) =>
        piece.Text.Length > line.Step.Length
        && piece.Text.AsSpan(1).StartsWith(line.Step.AsSpan(1), StringComparison.Ordinal)
        && piece.Text.EndsWith($"(rule {line.Rule})", StringComparison.Ordinal);

    /// <summary>The story in one line, for where there is room for no more: <c>10:00:01 a shell ran; 10:00:07 something was fetched</c>.</summary>
    public static string Whole(Incident incident) =>
        $"Story: {string.Join("; ", incident.Judgement.Story.Select(line => $"{line.Time.ToString().Substring(TimeStart, SecondsLength)} {Of(line, incident)}"))}";

    /// <summary>Which incident tells the whole story; null where it is this one.</summary>
    public static string? Pointer(Incident incident) => incident.Judgement.Sequence is { } sequence && sequence.Id != incident.Id
        ? $"This is a part of incident {sequence.Id}, {SubjectPhrase.Within(sequence.Leader)}, which tells the whole story."
        : null;
}
