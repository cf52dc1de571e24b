using FalcoStreamer.Correlation;

namespace FalcoStreamer.Reporting;

/// <summary>Says what several alerts tell together.</summary>
internal static class StoryPhrase
{
    private const int TimeStart = 11;
    private const int TimeLength = 8;

    /// <summary>One line of the story; where it happened is said when that is not where the incident is.</summary>
    public static string Of(StoryLine line, Incident incident) =>
        line.Where.Key == incident.Subject.Key ? line.Step : $"{line.Step}, {SubjectPhrase.Within(line.Where)}";

    /// <summary>The story in one line, for where there is room for no more: <c>10:00:01 a shell ran; 10:00:07 something was fetched</c>.</summary>
    public static string Whole(Incident incident) =>
        $"Story: {string.Join("; ", incident.Judgement.Story.Select(line => $"{line.Time.ToString().Substring(TimeStart, TimeLength)} {Of(line, incident)}"))}";

    /// <summary>Which incident tells the whole story; null where it is this one.</summary>
    public static string? Pointer(Incident incident) => incident.Judgement.Sequence is { } sequence && sequence.Id != incident.Id
        ? $"This is a part of incident {sequence.Id}, {SubjectPhrase.Within(sequence.Leader)}, which tells the whole story."
        : null;
}
