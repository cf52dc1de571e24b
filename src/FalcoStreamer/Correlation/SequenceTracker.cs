using FalcoStreamer.Alerts;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Correlation;

/// <summary>Finds the sequences that alerts make, each in its place: a container, the pods of an owner, or a node.</summary>
/// <remarks>Pure and bounded: the places that have been quiet for longest are forgotten first.</remarks>
internal sealed class SequenceTracker
{
    private readonly IReadOnlyList<Behaviour> _sequences;
    private readonly (int Sequence, int Step)[] _steps;
    private readonly ClueIndex _index;
    private readonly RecentlyUsed<SequenceProgress?[]> _places;

    public SequenceTracker(BehaviourLibrary library, int maxPlaces)
    {
        _sequences = library.Sequences;
        _steps = [.. _sequences.Index().SelectMany(entry => entry.Item.Steps.Index().Select(step => (entry.Index, step.Index)))];
        _index = new ClueIndex([.. _sequences.SelectMany(sequence => sequence.Steps.Select(ClueSet.Of))]);
        _places = new RecentlyUsed<SequenceProgress?[]>(maxPlaces);
    }

    /// <summary>How many places were forgotten because too many had a sequence under way.</summary>
    public long Evictions => _places.Evictions;

    /// <summary>The steps that an alert is, by sequence; empty for nearly all.</summary>
    public IReadOnlyList<StepsOfSequence> StepsOf(Facts facts, FalcoAlert alert, Subject subject)
    {
        List<StepsOfSequence>? steps = null;
        var candidates = _index.Find(facts);
        for (var i = 0; i < candidates.Count; i++)
        {
            var (sequence, step) = _steps[candidates[i]];
            if (!BehaviourMatcher.IsStep(_sequences[sequence].Steps[step], facts) || !PredicateEvaluator.IsInScope(_sequences[sequence], facts))
            {
                continue;
            }

            if (steps is not null && steps[^1].Sequence == sequence)
            {
                steps[^1].Steps.Add(step);
            }
            else if (PlaceOf(_sequences[sequence].Within, alert, subject) is { } place)
            {
                (steps ??= []).Add(new StepsOfSequence(sequence, place, [step]));
            }
        }

        return steps ?? (IReadOnlyList<StepsOfSequence>)[];
    }

    /// <summary>The incident on this subject that leads a sequence of which the alert is a further step; null where there is none.</summary>
    public OpenIncident? LeaderFor(IReadOnlyList<StepsOfSequence> steps, FalcoAlert alert, Subject subject)
    {
        foreach (var step in steps)
        {
            if (_places.Find(step.Place)?[step.Sequence]?.Lead.Leader is { IsClosed: false } leader
                && leader.Subject.Key == subject.Key
                && alert.Time - leader.LastTime <= _sequences[step.Sequence].Window)
            {
                return leader;
            }
        }

        return null;
    }

    /// <summary>Takes the steps that an alert is; returns the sequences that are complete with it.</summary>
    /// <param name="steps">From <see cref="StepsOf"/>.</param>
    /// <param name="alert">The alert.</param>
    /// <param name="incident">The incident that it belongs to.</param>
    /// <param name="judgement">What the alert is taken for by itself.</param>
    public IReadOnlyList<CompletedSequence> Add(IReadOnlyList<StepsOfSequence> steps, FalcoAlert alert, Subject subject, OpenIncident incident, Judgement judgement)
    {
        List<CompletedSequence>? completed = null;
        foreach (var (index, place, numbers) in steps)
        {
            var sequence = _sequences[index];
            var ofPlace = _places.Get(place, () => new SequenceProgress?[_sequences.Count]);
            var progress = ofPlace[index] ??= new SequenceProgress(sequence);
            if (progress.Add(numbers, number => Take(sequence.Steps[number])) is { } together)
            {
                (completed ??= []).Add(new CompletedSequence(sequence, together, progress.Lead));
            }
        }

        return completed ?? (IReadOnlyList<CompletedSequence>)[];

        StepTaken Take(SequenceStep step)
        {
            var isExplained = judgement.IsExplained && !step.EvenHarmless;
            var title = isExplained ? $"{step.Title}, which by itself was explained: {judgement.Behaviour!.Title}" : step.Title;
            return new StepTaken(new StoryLine(alert.Time, title, alert.Rule, alert.Id, subject, isExplained, StoryLine.CommandOf(alert)), incident);
        }
    }

    /// <summary>The place in which an alert's steps count; null where it is not known, so that strangers are not thrown together.</summary>
    private static string? PlaceOf(SequenceRange within, FalcoAlert alert, Subject subject) => within switch
    {
        SequenceRange.Node => $"node/{alert.HostnameText.ToStringOrNull() ?? subject.Node}",
        SequenceRange.Owner => subject is { Kind: SubjectKind.Pod, Owner: { } owner } ? $"owner/{subject.Namespace}/{owner.Kind}/{owner.Name}" : null,
        _ => subject.Kind == SubjectKind.Node || (subject.Kind == SubjectKind.Unresolved && subject.ContainerId is null) ? null : subject.Key,
    };
}

/// <summary>The steps of one sequence that an alert is.</summary>
/// <param name="Sequence">The sequence's number.</param>
/// <param name="Place">Where they count.</param>
/// <param name="Steps">Their numbers, in ascending order.</param>
internal sealed record StepsOfSequence(int Sequence, string Place, List<int> Steps);
