using FalcoStreamer.Alerts;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Correlation;

/// <summary>
/// Judges one alert by all known behaviours. No behaviour is a branch here: everything comes from the knowledge files.
/// </summary>
/// <remarks>
/// One hard contradiction outweighs any sum of hints, a suspicious answer of one behaviour outweighs a harmless one of another, and what is not
/// known counts for nothing (design decision 6).
/// </remarks>
internal sealed class BehaviourMatcher
{
    private static readonly Judgement Nothing = new() { Verdict = Verdict.Undetermined, Confidence = 0 };
    private static readonly Judgement NothingOfNobody = Nothing with { Unseen = [EvidenceScale.UnknownPod] };

    private readonly IReadOnlyList<Behaviour> _behaviours;
    private readonly ClueIndex _index;
    private readonly SpecCommands _specCommands = new();
    private readonly ProbeRhythm _rhythm = new();

    public BehaviourMatcher(BehaviourLibrary library)
    {
        _behaviours = library.Single;
        _index = new ClueIndex([.. _behaviours.Select(ClueSet.Of)]);
    }

    /// <summary>How many behaviours have nothing by which an alert can be passed over.</summary>
    public int AlwaysTried => _index.AlwaysTried;

    /// <summary>What the alert is taken for.</summary>
    /// <param name="alert">The alert.</param>
    /// <param name="subject">What it is about.</param>
    /// <param name="company">What else happened on that container; the default value when nobody looked.</param>
    public Judgement Judge(FalcoAlert alert, Subject subject, Company company = default) => Judge(FactsOf(alert, subject, company), subject);

    /// <summary>Everything that can be asked about an alert; asked for once of each alert, because the times of a probe's runs are noted.</summary>
    public Facts FactsOf(FalcoAlert alert, Subject subject, Company company = default) =>
        new(alert, subject, _rhythm.Observe(_specCommands.Compare(alert, subject), alert, subject), company);

    /// <summary>What the alert with these facts is taken for.</summary>
    public Judgement Judge(Facts facts, Subject subject)
    {
        Judgement? best = null;
        var candidates = _index.Find(facts);
        for (var i = 0; i < candidates.Count; i++)
        {
            best = Better(best, JudgeBy(_behaviours[candidates[i]], facts, subject));
        }

        return best ?? (subject is { Kind: SubjectKind.Unresolved, Source: null } ? NothingOfNobody : Nothing);
    }

    /// <summary>What one behaviour says; null when it says nothing.</summary>
    public static Judgement? JudgeBy(Behaviour behaviour, Facts facts, Subject subject)
    {
        if (!PredicateEvaluator.IsInScope(behaviour, facts))
        {
            return null;
        }

        return PredicateEvaluator.AskAll(behaviour.When, facts) switch
        {
            Answer.Yes => EvidenceScale.Weigh(behaviour, facts, subject, []),
            Answer.No when EvidenceScale.SignsOfImitation(behaviour, facts) is { Count: > 0 } signs =>
                EvidenceScale.Weigh(behaviour, facts, subject, signs),
            _ => null,
        };
    }

    /// <summary>Suspicious comes first, then what is proven, then what leaves the question open; of two alike the earlier one stays.</summary>
    public static Judgement? Better(Judgement? best, Judgement? candidate) =>
        candidate is null || (best is not null && (Rank(candidate), candidate.Confidence).CompareTo((Rank(best), best.Confidence)) <= 0) ? best : candidate;

    /// <summary>Whether an alert is one step of a sequence.</summary>
    public static bool IsStep(SequenceStep step, Facts facts) =>
        PredicateEvaluator.AskAll(step.AllOf, facts) == Answer.Yes && PredicateEvaluator.AskAny(step.AnyOf, facts);

    private static int Rank(Judgement judgement) => judgement.Verdict switch
    {
        // An attack's pattern fits anywhere; an imitation says in addition what it hides behind.
        Verdict.Suspicious => judgement.IsImitation ? 4 : 3,
        Verdict.Benign => 2,
        Verdict.LikelyBenign => 1,
        _ => 0,
    };
}
