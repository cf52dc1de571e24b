using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Correlation;

/// <summary>Several alerts that together are an attack.</summary>
/// <param name="Sequence">Which one.</param>
/// <param name="Steps">Its steps in order of time.</param>
/// <param name="Lead">Who leads.</param>
internal sealed record CompletedSequence(Behaviour Sequence, IReadOnlyList<StepTaken> Steps, Lead Lead)
{
    private const double WeightOfStep = 3;

    /// <summary>What the incidents that belong to it are taken for now.</summary>
    public Judgement Judge(OpenIncident leader)
    {
        IReadOnlyList<Evidence> evidence =
            [.. Steps.Where(step => !step.IsExplained).Select(step => new Evidence($"{Capital(step.Line.Step)} (rule {step.Line.Rule})", WeightOfStep))];
        return new Judgement
        {
            Verdict = Verdict.Suspicious,
            Confidence = Confidence.From(evidence.Sum(item => item.Weight), 0),
            Behaviour = Sequence,
            For = evidence,
            Story = [.. Steps.Select(step => step.Line)],
            Sequence = new SequenceLink(leader.Id, leader.Subject),
        };
    }

    private static string Capital(string text) => $"{char.ToUpperInvariant(text[0])}{text[1..]}";
}

/// <summary>
/// Which incident tells the story, and gets further alerts of it: the first of its incidents that nothing explains and that is still open. Once chosen
/// it stays so until it is closed.
/// </summary>
internal sealed class Lead
{
    /// <summary>Null as long as there is no story.</summary>
    public OpenIncident? Leader { get; private set; }

    public OpenIncident Among(IReadOnlyList<StepTaken> steps)
    {
        if (Leader is not { IsClosed: false } || steps.All(step => step.Incident != Leader))
        {
            var unexplained = steps.Where(step => !step.IsExplained).Select(step => step.Incident).ToList();
            Leader = unexplained.Find(incident => !incident.IsClosed) ?? unexplained[0];
        }

        return Leader;
    }
}
