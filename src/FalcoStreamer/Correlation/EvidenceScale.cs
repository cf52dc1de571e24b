using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Correlation;

/// <summary>Puts the evidence for and against a behaviour on the scale and reads the verdict.</summary>
internal static class EvidenceScale
{
    /// <summary>Points for, with none against, that make a behaviour benign.</summary>
    public const double BenignFrom = 8;

    /// <summary>Points that make it likely.</summary>
    public const double LikelyFrom = 5;

    /// <summary>Points against that make it an imitation, whatever stands on the other side.</summary>
    public const double ImitationFrom = 6;

    /// <summary>What is not to be seen of a container that no known pod has.</summary>
    public const string UnknownPod = "the pod that this container belongs to";

    // What would change little is not worth a line in the report when it is missing.
    private const double WorthMissing = 2;

    /// <summary>The reasons to think that something imitates a behaviour that does not hold; empty when nothing does.</summary>
    public static List<Evidence> SignsOfImitation(Behaviour behaviour, Facts facts)
    {
        var signs = new List<Evidence>();
        foreach (var predicate in behaviour.Resembles)
        {
            if (PredicateEvaluator.Ask(predicate, facts, out var ground) == Answer.Yes)
            {
                var difference = DescribeDifference(behaviour, ground, facts.Spec) is { } text ? $": {text}" : "";
                signs.Add(new Evidence(Say(predicate, ground, facts.Spec) + difference, predicate.Weight));
            }
        }

        return signs;
    }

    /// <summary>The judgement by one behaviour; <paramref name="signs"/> are those of an imitation, empty when the behaviour holds.</summary>
    public static Judgement Weigh(Behaviour behaviour, Facts facts, Subject subject, List<Evidence> signs)
    {
        var evidenceFor = new List<Evidence>();
        var evidenceAgainst = new List<Evidence>(signs);
        List<string> unseen = subject is { Kind: SubjectKind.Unresolved, Source: null } ? [UnknownPod] : [];
        Collect(behaviour.When, facts, evidenceFor, unseen);
        Collect(behaviour.For, facts, evidenceFor, unseen);
        unseen = [.. unseen.Distinct(StringComparer.Ordinal)];
        var unseenSupport = unseen.Count;
        Collect(behaviour.Against, facts, evidenceAgainst, unseen);
        unseen = [.. unseen.Distinct(StringComparer.Ordinal)];
        var unseenContradictions = unseen.Count - unseenSupport;
        var pointsFor = evidenceFor.Sum(evidence => evidence.Weight);
        var pointsAgainst = evidenceAgainst.Sum(evidence => evidence.Weight);
        var isImitation = signs.Count > 0 || (behaviour.Nature == BehaviourNature.Harmless && pointsAgainst >= ImitationFrom);
        var verdict = VerdictOf(behaviour.Nature, isImitation, pointsFor, pointsAgainst, subject);
        return new Judgement
        {
            Verdict = verdict,
            Confidence = isImitation
                ? Confidence.From(pointsAgainst, 0, unseenSupport, unseenContradictions)
                : Confidence.From(pointsFor, pointsAgainst, unseenSupport, unseenContradictions),
            Behaviour = behaviour,
            IsImitation = isImitation,
            For = Sorted(evidenceFor),
            Against = Sorted(evidenceAgainst),
            Unseen = unseen,
            SpecPlace = facts.Spec.Place,
            IsInRhythm = facts.Spec.Period == SpecMatch.Fits,
        };
    }

    private static Verdict VerdictOf(BehaviourNature nature, bool isImitation, double pointsFor, double pointsAgainst, Subject subject)
    {
        if (isImitation || nature == BehaviourNature.Attack)
        {
            return Verdict.Suspicious;
        }

        var points = pointsFor - pointsAgainst;
        if (nature == BehaviourNature.Unattributed || points < LikelyFrom)
        {
            return Verdict.Undetermined;
        }

        // Benign takes a pod that the API server vouches for; what Falco alone says of it can be a copied name.
        return points >= BenignFrom && pointsAgainst == 0 && subject.Kind != SubjectKind.Unresolved
            ? Verdict.Benign
            : Verdict.LikelyBenign;
    }

    private static void Collect(IReadOnlyList<Predicate> predicates, Facts facts, List<Evidence> evidence, List<string> unseen)
    {
        foreach (var predicate in predicates)
        {
            switch (PredicateEvaluator.Ask(predicate, facts, out var ground))
            {
                case Answer.Yes when predicate.Weight > 0:
                    evidence.Add(new Evidence(Say(predicate, ground, facts.Spec), predicate.Weight));
                    break;
                case Answer.Unknown when predicate.Weight >= WorthMissing:
                    unseen.Add(FactNames.LabelOf(ground.Predicate.Field));
                    break;
            }
        }
    }

    private static string Say(Predicate predicate, Ground ground, SpecMatch spec) =>
        (predicate.Says ?? ground.Predicate.Says ?? $"{FactNames.LabelOf(ground.Predicate.Field)} is {{value}}")
            .Replace("{spec}", spec.Place, StringComparison.Ordinal)
            // Last, because the value is the attacker's and may itself hold a placeholder.
            .Replace("{value}", ground.Fact.ToShortString(), StringComparison.Ordinal);

    private static string? DescribeDifference(Behaviour behaviour, Ground resembles, SpecMatch spec)
    {
        var field = resembles.Predicate.Field;
        if (spec.Difference is { } difference && field.StartsWith("spec.", StringComparison.Ordinal))
        {
            return difference;
        }

        var expected = behaviour.When
            .SelectMany(predicate => predicate.Members)
            .FirstOrDefault(predicate => predicate.Operator == PredicateOperator.In && predicate.Field == field);
        return expected is null ? $"it is “{resembles.Fact.ToShortString()}”" : TextDifference.Describe(resembles.Fact.ToString(), expected.Values);
    }

    private static Evidence[] Sorted(List<Evidence> evidence) => [.. evidence.OrderByDescending(item => item.Weight)];
}
