using FalcoStreamer.Alerts;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Correlation;

/// <summary>
/// How far one sequence has come in one place. Its memory depends on the number of its steps, not on the number of alerts.
/// </summary>
/// <remarks>
/// A step that a harmless behaviour explains must not turn a single odd alert into an attack, and must not be missing from the story of a real one:
/// of a sequence's steps at most one may be explained, and at least two must not be.
/// </remarks>
internal sealed class SequenceProgress
{
    private const int FewestUnexplained = 2;
    private const int MostExplained = 1;

    private readonly Behaviour _sequence;

    // For every step and every number of explained steps the longest chain of earlier steps that leads to it.
    private readonly Chain?[,] _chains;
    private readonly StepTaken?[] _latest;

    public SequenceProgress(Behaviour sequence)
    {
        _sequence = sequence;
        _chains = new Chain?[sequence.AnyOrder ? 0 : sequence.Steps.Count, MostExplained + 1];
        _latest = new StepTaken?[sequence.AnyOrder ? sequence.Steps.Count : 0];
    }

    /// <summary>Who leads since the sequence was complete.</summary>
    public Lead Lead { get; } = new();

    /// <summary>Takes one alert that is these steps; returns the steps that make the sequence now, in order of time, or null.</summary>
    /// <param name="steps">The numbers of the steps, in ascending order.</param>
    /// <param name="take">Makes the step with a number of the alert.</param>
    public IReadOnlyList<StepTaken>? Add(IReadOnlyList<int> steps, Func<int, StepTaken> take) =>
        _sequence.AnyOrder ? AddInAnyOrder(steps, take) : AddInOrder(steps, take);

    private bool IsEnough(int steps, int explained) =>
        steps >= _sequence.MinimumSteps && steps - explained >= Math.Max(FewestUnexplained, _sequence.MinimumSteps - MostExplained);

    private IReadOnlyList<StepTaken>? AddInOrder(IReadOnlyList<int> steps, Func<int, StepTaken> take)
    {
        Chain? best = null;
        // The last step first: an alert that is two steps must not be its own predecessor.
        for (var i = steps.Count - 1; i >= 0; i--)
        {
            var taken = take(steps[i]);
            for (var explained = taken.IsExplained ? 1 : 0; explained <= MostExplained; explained++)
            {
                var earlier = LongestBefore(steps[i], explained - (taken.IsExplained ? 1 : 0), taken.Line);
                if (earlier is null && explained != (taken.IsExplained ? 1 : 0))
                {
                    continue;
                }

                var chain = new Chain(earlier, taken);
                Keep(steps[i], chain);
                if (IsEnough(chain.Length, chain.Explained) && chain.Length > (best?.Length ?? 0))
                {
                    best = chain;
                }
            }
        }

        return best?.ToList();
    }

    private Chain? LongestBefore(int step, int explained, StoryLine line)
    {
        Chain? longest = null;
        for (var earlier = 0; earlier < step; earlier++)
        {
            if (_chains[earlier, explained] is { } chain
                && chain.Last.Line.Alert != line.Alert
                && line.Time - chain.Start <= _sequence.Window
                && line.Time >= chain.Last.Line.Time
                && chain.Length > (longest?.Length ?? 0))
            {
                longest = chain;
            }
        }

        return longest;
    }

    /// <summary>A newer chain of the same length lasts longer; a shorter one must not hide a longer one that is still in time.</summary>
    private void Keep(int step, Chain chain)
    {
        ref var kept = ref _chains[step, chain.Explained];
        if (kept is null || chain.Length >= kept.Length || chain.Last.Line.Time - kept.Start > _sequence.Window)
        {
            kept = chain;
        }
    }

    private List<StepTaken>? AddInAnyOrder(IReadOnlyList<int> steps, Func<int, StepTaken> take)
    {
        var found = false;
        foreach (var step in steps)
        {
            var taken = take(step);
            // An alert that is several steps fills those that are free, so that it takes no other alert's place.
            if (IsFree(step, taken.Line.Time))
            {
                _latest[step] = taken;
                found = true;
            }
        }

        for (var i = 0; i < steps.Count && !found; i++)
        {
            var taken = take(steps[i]);
            if (!taken.IsExplained || _latest[steps[i]]!.IsExplained)
            {
                _latest[steps[i]] = taken;
                found = true;
            }
        }

        var now = take(steps[0]).Line.Time;
        var together = _latest
            .OfType<StepTaken>()
            .Where(taken => (now - taken.Line.Time).Duration() <= _sequence.Window)
            .DistinctBy(taken => taken.Line.Alert)
            .OrderBy(taken => taken.IsExplained)
            .ToList();
        var unexplained = together.Count(taken => !taken.IsExplained);
        together = [.. together.Take(unexplained + MostExplained).OrderBy(taken => taken.Line.Time)];
        return found && IsEnough(together.Count, together.Count - unexplained) ? together : null;
    }

    private bool IsFree(int step, AlertTime now) =>
        _latest[step] is not { } taken || (now - taken.Line.Time).Duration() > _sequence.Window;
}
