using System.Buffers;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Correlation;

/// <summary>A predicate's answer.</summary>
internal enum Answer
{
    /// <summary>The value is not known; that speaks neither for nor against anything.</summary>
    Unknown,
    No,
    Yes,
}

/// <summary>What an answer rests on.</summary>
/// <param name="Predicate">The question itself, or the member of a group that decided; of an unknown group the first member that is not known.</param>
/// <param name="Fact">What was found; of a set the element that matched.</param>
internal readonly record struct Ground(FieldPredicate Predicate, Fact Fact);

/// <summary>Answers predicates.</summary>
internal static class PredicateEvaluator
{
    /// <summary>Longer texts are cut before they are matched with a pattern, and nothing that the cut might have made counts as a match.</summary>
    public const int LongestMatched = 64 * 1024;

    private const int MostOnStack = 512;

    /// <summary>Yes if all hold, no if one does not, else not known.</summary>
    public static Answer AskAll(IReadOnlyList<Predicate> predicates, Facts facts)
    {
        var holds = Answer.Yes;
        for (var i = 0; i < predicates.Count; i++)
        {
            switch (Ask(predicates[i], facts, out _))
            {
                case Answer.No:
                    return Answer.No;
                case Answer.Unknown:
                    holds = Answer.Unknown;
                    break;
            }
        }

        return holds;
    }

    /// <summary>Whether one of them is answered yes.</summary>
    public static bool AskAny(IReadOnlyList<Predicate> predicates, Facts facts)
    {
        for (var i = 0; i < predicates.Count; i++)
        {
            if (Ask(predicates[i], facts, out _) == Answer.Yes)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a behaviour has anything to say of an alert at all.</summary>
    public static bool IsInScope(Behaviour behaviour, Facts facts) =>
        AskAll(behaviour.Scope, facts) == Answer.Yes && !AskAny(behaviour.Unless, facts);

    /// <summary>The answer, and what it rests on.</summary>
    public static Answer Ask(Predicate predicate, Facts facts, out Ground ground)
    {
        if (predicate is not PredicateGroup group)
        {
            return AskField((FieldPredicate)predicate, facts, out ground);
        }

        Ground? unknown = null;
        ground = default;
        for (var i = 0; i < group.AnyOf.Count; i++)
        {
            switch (AskField(group.AnyOf[i], facts, out ground))
            {
                case Answer.Yes:
                    return Answer.Yes;
                case Answer.Unknown:
                    unknown ??= ground;
                    break;
            }
        }

        ground = unknown ?? ground;
        return unknown is null ? Answer.No : Answer.Unknown;
    }

    private static Answer AskField(FieldPredicate predicate, Facts facts, out Ground ground)
    {
        var fact = facts.Of(predicate);
        ground = new Ground(predicate, fact);
        if (!fact.IsKnown)
        {
            return Answer.Unknown;
        }

        if (!fact.IsSet)
        {
            return AskValue(predicate, fact);
        }

        var answer = predicate.IsNegative ? Answer.Yes : Answer.No;
        for (var i = 0; i < fact.Count; i++)
        {
            var element = fact.Element(i);
            switch (AskValue(predicate, element))
            {
                case Answer.Yes when !predicate.IsNegative:
                    ground = new Ground(predicate, element);
                    return Answer.Yes;
                case Answer.No when predicate.IsNegative:
                    return Answer.No;
                case Answer.Unknown:
                    answer = Answer.Unknown;
                    break;
            }
        }

        return answer;
    }

    private static Answer AskValue(FieldPredicate predicate, Fact fact) => predicate.Operator switch
    {
        PredicateOperator.In => ToAnswer(IsOneOf(predicate, fact)),
        PredicateOperator.NotIn => ToAnswer(!IsOneOf(predicate, fact)),
        PredicateOperator.Contains => ToAnswer(ContainsOneOf(predicate, fact)),
        PredicateOperator.StartsWith => ToAnswer(StartsWithOneOf(predicate, fact)),
        PredicateOperator.EndsWith => ToAnswer(EndsWithOneOf(predicate, fact)),
        PredicateOperator.Matches => ToAnswer(MatchesOneOf(predicate, fact)),
        // Behind the cut there may be what must not be there.
        PredicateOperator.NotMatches => MatchesOneOf(predicate, fact) ? Answer.No : fact.MaxCharCount > LongestMatched ? Answer.Unknown : Answer.Yes,
        PredicateOperator.LessThan => Compare(fact.Quantity(), predicate.Limit, -1),
        _ => Compare(fact.Quantity(), predicate.Limit, 1),
    };

    private static Answer ToAnswer(bool yes) => yes ? Answer.Yes : Answer.No;

    private static Answer Compare(double quantity, double limit, int wanted) =>
        double.IsNaN(quantity) ? Answer.Unknown : ToAnswer(quantity.CompareTo(limit) == wanted);

    private static bool IsOneOf(FieldPredicate predicate, Fact fact)
    {
        for (var i = 0; i < predicate.Values.Count; i++)
        {
            if (fact.Is(predicate.Values[i], predicate.Utf8Values[i]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool ContainsOneOf(FieldPredicate predicate, Fact fact)
    {
        for (var i = 0; i < predicate.Values.Count; i++)
        {
            if (fact.Contains(predicate.Values[i], predicate.Utf8Values[i]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool StartsWithOneOf(FieldPredicate predicate, Fact fact)
    {
        for (var i = 0; i < predicate.Values.Count; i++)
        {
            if (fact.StartsWith(predicate.Values[i], predicate.Utf8Values[i]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool EndsWithOneOf(FieldPredicate predicate, Fact fact)
    {
        for (var i = 0; i < predicate.Values.Count; i++)
        {
            if (fact.EndsWith(predicate.Values[i], predicate.Utf8Values[i]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool MatchesOneOf(FieldPredicate predicate, Fact fact)
    {
        var length = Math.Min(fact.MaxCharCount, LongestMatched);
        var rented = length > MostOnStack ? ArrayPool<char>.Shared.Rent(length) : null;
        var buffer = (rented ?? stackalloc char[MostOnStack])[..Math.Max(length, 1)];
        var text = buffer[..fact.CopyTo(buffer)];
        var isCut = fact.MaxCharCount > LongestMatched;
        var matches = false;
        for (var i = 0; i < predicate.Patterns.Length && !matches; i++)
        {
            matches = isCut ? predicate.Patterns[i].IsMatchBeforeCut(text) : predicate.Patterns[i].IsMatch(text);
        }

        if (rented is not null)
        {
            ArrayPool<char>.Shared.Return(rented);
        }

        return matches;
    }
}
