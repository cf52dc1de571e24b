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

/// <summary>Answers predicates.</summary>
internal static class PredicateEvaluator
{
    private const int MostOnStack = 512;

    /// <summary>The answer, and the fact that it rests on.</summary>
    public static Answer Ask(Predicate predicate, in Facts facts, out Fact fact)
    {
        fact = facts.Of(predicate);
        if (!fact.IsKnown)
        {
            return Answer.Unknown;
        }

        return predicate.Operator switch
        {
            PredicateOperator.In => ToAnswer(IsOneOf(predicate, fact)),
            PredicateOperator.NotIn => ToAnswer(!IsOneOf(predicate, fact)),
            PredicateOperator.Contains => ToAnswer(ContainsOneOf(predicate, fact)),
            PredicateOperator.StartsWith => ToAnswer(StartsWithOneOf(predicate, fact)),
            PredicateOperator.Matches => ToAnswer(MatchesOneOf(predicate, fact)),
            PredicateOperator.NotMatches => ToAnswer(!MatchesOneOf(predicate, fact)),
            PredicateOperator.LessThan => Compare(fact.Quantity(), predicate.Limit, -1),
            _ => Compare(fact.Quantity(), predicate.Limit, 1),
        };
    }

    private static Answer ToAnswer(bool yes) => yes ? Answer.Yes : Answer.No;

    private static Answer Compare(double quantity, double limit, int wanted) =>
        double.IsNaN(quantity) ? Answer.Unknown : ToAnswer(quantity.CompareTo(limit) == wanted);

    private static bool IsOneOf(Predicate predicate, Fact fact)
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

    private static bool ContainsOneOf(Predicate predicate, Fact fact)
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

    private static bool StartsWithOneOf(Predicate predicate, Fact fact)
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

    private static bool MatchesOneOf(Predicate predicate, Fact fact)
    {
        var length = fact.MaxCharCount;
        var rented = length > MostOnStack ? ArrayPool<char>.Shared.Rent(length) : null;
        var buffer = rented ?? stackalloc char[MostOnStack];
        var text = buffer[..fact.CopyTo(buffer)];
        var matches = false;
        for (var i = 0; i < predicate.Patterns.Length && !matches; i++)
        {
            matches = predicate.Patterns[i].IsMatch(text);
        }

        if (rented is not null)
        {
            ArrayPool<char>.Shared.Return(rented);
        }

        return matches;
    }
}
