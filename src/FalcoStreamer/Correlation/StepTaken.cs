namespace FalcoStreamer.Correlation;

/// <summary>An alert that was a step of a sequence.</summary>
/// <param name="Line">What the story says of it.</param>
/// <param name="Incident">The incident that the alert belongs to.</param>
internal sealed record StepTaken(StoryLine Line, OpenIncident Incident)
{
    /// <summary>Whether a harmless behaviour explains the alert: then it counts only beside enough steps that nothing explains.</summary>
    public bool IsExplained => Line.IsExplained;
}
