using FalcoStreamer.Alerts;

namespace FalcoStreamer.Correlation;

/// <summary>Steps of a sequence that have been seen in their order, the last one here.</summary>
internal sealed class Chain(Chain? earlier, StepTaken last)
{
    public int Length { get; } = (earlier?.Length ?? 0) + 1;

    /// <summary>How many of its steps a harmless behaviour explains.</summary>
    public int Explained { get; } = (earlier?.Explained ?? 0) + (last.IsExplained ? 1 : 0);

    public AlertTime Start { get; } = earlier?.Start ?? last.Line.Time;

    public StepTaken Last => last;

    /// <summary>The steps, the first one first.</summary>
    public IReadOnlyList<StepTaken> ToList()
    {
        var steps = new StepTaken[Length];
        for (var chain = this; chain is not null; chain = chain.Earlier)
        {
            steps[chain.Length - 1] = chain.Last;
        }

        return steps;
    }

    private Chain? Earlier => earlier;
}
