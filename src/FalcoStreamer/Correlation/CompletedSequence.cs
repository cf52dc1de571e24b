using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Correlation;

/// <summary>Several alerts that together are an attack.</summary>
/// <param name="Sequence">Which one.</param>
/// <param name="Steps">Its steps in order of time.</param>
/// <param name="Lead">Who leads.</param>
internal sealed record CompletedSequence(Behaviour Sequence, IReadOnlyList<StepTaken> Steps, Lead Lead)
{
    private const double WeightOfStep = 3;
    private const int LongestStory = 64;

    /// <summary>Whether it tells anything that is not in a story yet.</summary>
    public bool AddsTo(Judgement known) => known.Story.Count < LongestStory
        && Steps.Any(step => known.Story.All(line => line.Step != step.Line.Step && line.Alert != step.Line.Alert));

    /// <summary>What an incident that belongs to it is taken for now.</summary>
    /// <param name="known">What it was taken for before: the story of another sequence becomes a part of this one's.</param>
    /// <param name="outranks">Whether another sequence comes before this one.</param>
    public Judgement Judge(OpenIncident leader, Judgement known, Func<Behaviour, bool> outranks)
    {
        // Each kind of step once, and each alert once, so that one alert does not count for two.
        IReadOnlyList<StoryLine> story =
            [.. known.Story.Concat(Steps.Select(step => step.Line)).DistinctBy(line => line.Step).DistinctBy(line => line.Alert).OrderBy(line => line.Time)];
        IReadOnlyList<Evidence> evidence =
            [.. story.Where(line => !line.IsExplained).Select(line => new Evidence($"{Capital(line.Step)} (rule {line.Rule})", WeightOfStep))];
        return new Judgement
        {
            Verdict = Verdict.Suspicious,
            Confidence = Confidence.From(evidence.Sum(item => item.Weight), 0),
            Behaviour = known is { Story.Count: > 0, Behaviour: { } other } && outranks(other) ? other : Sequence,
            For = evidence,
            Story = story,
            Sequence = new SequenceLink(leader.Id, leader.Subject),
        };
    }

    private static string Capital(string text) => $"{char.ToUpperInvariant(text[0])}{text[1..]}";
}

/// <summary>
/// Which incident tells the story, and gets further alerts of it: the one that leads a story of these incidents already, or else the first that nothing
/// explains and that is still open. Once chosen it stays so until it is closed.
/// </summary>
internal sealed class Lead
{
    /// <summary>Null as long as there is no story.</summary>
    public OpenIncident? Leader { get; private set; }

    public OpenIncident Among(IReadOnlyList<StepTaken> steps)
    {
        var incidents = steps.Where(step => !step.IsExplained).Select(step => step.Incident).ToList();
        if (Leader is not { IsClosed: false } || incidents.TrueForAll(incident => incident != Leader && incident.Leader != Leader))
        {
            Leader = incidents.Select(incident => incident.Leader).FirstOrDefault(leader => leader is { IsClosed: false })
                ?? incidents.Find(incident => !incident.IsClosed)
                ?? incidents[0];
        }

        return Leader;
    }
}
