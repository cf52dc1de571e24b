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
internal sealed class BehaviourMatcher(BehaviourLibrary library)
{
    private static readonly Judgement Nothing = new() { Verdict = Verdict.Undetermined, Confidence = 0 };
    private static readonly Judgement NothingOfNobody = Nothing with { Unseen = ["the pod that this container belongs to"] };

    private readonly SpecCommands _specCommands = new();
    private readonly ProbeRhythm _rhythm = new();

    /// <summary>What the alert is taken for.</summary>
    /// <param name="alert">The alert.</param>
    /// <param name="subject">What it is about.</param>
    /// <param name="company">What else happened on that container; the default value when nobody looked.</param>
    public Judgement Judge(FalcoAlert alert, Subject subject, Company company = default)
    {
        var spec = _rhythm.Observe(_specCommands.Compare(alert, subject), alert, subject);
        var facts = new Facts(alert, subject, spec, company);
        Judgement? best = null;
        foreach (var behaviour in library.Single)
        {
            if (JudgeBy(behaviour, facts, subject) is { } judgement && IsBetter(judgement, best))
            {
                best = judgement;
            }
        }

        return best ?? (subject is { Kind: SubjectKind.Unresolved, Source: null } ? NothingOfNobody : Nothing);
    }

    /// <summary>Whether an alert is one step of a sequence.</summary>
    public static bool IsStep(SequenceStep step, FalcoAlert alert, Subject subject)
    {
        var facts = new Facts(alert, subject, default);
        foreach (var predicate in step.AnyOf)
        {
            if (PredicateEvaluator.Ask(predicate, facts, out _) == Answer.Yes)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Suspicious comes first, then what is proven, then what leaves the question open.</summary>
    private static bool IsBetter(Judgement candidate, Judgement? best) =>
        best is null || (Rank(candidate), candidate.Confidence).CompareTo((Rank(best), best.Confidence)) > 0;

    private static int Rank(Judgement judgement) => judgement.Verdict switch
    {
        Verdict.Suspicious => 3,
        Verdict.Benign => 2,
        Verdict.LikelyBenign => 1,
        _ => 0,
    };

    private static Judgement? JudgeBy(Behaviour behaviour, Facts facts, Subject subject)
    {
        if (PredicateEvaluator.AskAll(behaviour.Scope, facts) != Answer.Yes)
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
}
