using FalcoStreamer.Alerts;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Correlation;

/// <summary>
/// Finds sequences of alerts on one container: for every step the longest chain of earlier steps that leads to it is kept.
/// </summary>
internal sealed class SequenceTracker(BehaviourLibrary library, int maxSubjects)
{
    // The last step first: an alert that is two steps must not be its own predecessor.
    private readonly (int Sequence, int Step)[] _steps =
        [.. library.Sequences.Index().SelectMany(entry => entry.Item.Steps.Index().Reverse().Select(step => (entry.Index, step.Index)))];

    private readonly ClueIndex _index = new([.. library.Sequences.SelectMany(sequence => sequence.Steps.Reverse().Select(ClueSet.Of))]);
    private readonly Dictionary<string, LinkedListNode<Track>> _tracks = new(StringComparer.Ordinal);
    private readonly LinkedList<Track> _leastRecentFirst = new();

    /// <summary>How many subjects were forgotten because too many had a sequence under way.</summary>
    public long Evictions { get; private set; }

    /// <summary>
    /// Takes an alert and the incident that it belongs to; returns the chain of a sequence that it completes or continues, or null.
    /// </summary>
    public CompletedSequence? Add(FalcoAlert alert, Subject subject, OpenIncident incident)
    {
        if (subject.Kind == SubjectKind.Node || library.Sequences.Count == 0)
        {
            return null;
        }

        CompletedSequence? completed = null;
        var facts = new Facts(alert, subject, default);
        var candidates = _index.Find(facts);
        for (var i = 0; i < candidates.Count; i++)
        {
            var (s, step) = _steps[candidates[i]];
            var sequence = library.Sequences[s];
            if (BehaviourMatcher.IsStep(sequence.Steps[step], facts))
            {
                var chain = Extend(TrackOf(subject.Key).Chains[s], sequence, step, alert, incident);
                if (chain.Length >= sequence.MinimumSteps)
                {
                    completed ??= new CompletedSequence(sequence, chain.ToList());
                }
            }
        }

        return completed;
    }

    private static Chain Extend(Chain?[] chains, Behaviour sequence, int step, FalcoAlert alert, OpenIncident incident)
    {
        Chain? longest = null;
        for (var earlier = 0; earlier < step; earlier++)
        {
            if (chains[earlier] is { } chain
                && chain.Alert.Id != alert.Id
                && alert.Time - chain.Start <= sequence.Window
                && alert.Time >= chain.Alert.Time
                && chain.Length > (longest?.Length ?? 0))
            {
                longest = chain;
            }
        }

        var extended = new Chain(longest, sequence.Steps[step].Title, alert, incident);
        // A newer chain of the same length lasts longer; a shorter one must not hide a longer one that is still in time.
        if (chains[step] is not { } known || extended.Length >= known.Length || alert.Time - known.Start > sequence.Window)
        {
            chains[step] = extended;
        }

        return extended;
    }

    private Track TrackOf(string subject)
    {
        if (_tracks.TryGetValue(subject, out var node))
        {
            _leastRecentFirst.Remove(node);
            _leastRecentFirst.AddLast(node);
            return node.Value;
        }

        if (_tracks.Count >= maxSubjects && _leastRecentFirst.First is { } oldest)
        {
            _leastRecentFirst.RemoveFirst();
            _tracks.Remove(oldest.Value.Subject);
            Evictions++;
        }

        var track = new Track(subject, [.. library.Sequences.Select(sequence => new Chain?[sequence.Steps.Count])]);
        _tracks[subject] = _leastRecentFirst.AddLast(track);
        return track;
    }

    private sealed record Track(string Subject, Chain?[][] Chains);
}

/// <summary>Steps of a sequence that have been seen in their order, the last one here.</summary>
internal sealed class Chain(Chain? earlier, string step, FalcoAlert alert, OpenIncident incident)
{
    public int Length { get; } = (earlier?.Length ?? 0) + 1;

    public AlertTime Start { get; } = earlier?.Start ?? alert.Time;

    public FalcoAlert Alert => alert;

    public OpenIncident Incident => incident;

    public StoryLine Line => new(alert.Time, step, alert.Rule, alert.Id);

    /// <summary>The steps, the first one first.</summary>
    public IReadOnlyList<Chain> ToList()
    {
        var steps = new List<Chain>(earlier?.ToList() ?? []) { this };
        return steps;
    }
}

/// <summary>A sequence with enough of its steps.</summary>
internal sealed record CompletedSequence(Behaviour Sequence, IReadOnlyList<Chain> Steps)
{
    /// <summary>What each of the incidents that belong to it is taken for now.</summary>
    public Judgement Judge()
    {
        IReadOnlyList<Evidence> evidence = [.. Steps.Select(step => new Evidence($"{Capital(step.Line.Step)} (rule {step.Line.Rule})", 3))];
        return new Judgement
        {
            Verdict = Verdict.Suspicious,
            Confidence = Confidence.From(evidence.Sum(item => item.Weight), 0),
            Behaviour = Sequence,
            For = evidence,
            Story = [.. Steps.Select(step => step.Line)],
        };
    }

    private static string Capital(string text) => $"{char.ToUpperInvariant(text[0])}{text[1..]}";
}
