using System.Text;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Correlation;

/// <summary>Something that is cheap to look for and must be there before a question can be answered yes.</summary>
/// <param name="Question">A question about the field in which it is looked for.</param>
/// <param name="IsWhole">Whether it must be the whole value; else a part is enough.</param>
internal readonly record struct Clue(FieldPredicate Question, bool IsWhole, string Text);

/// <summary>Clues of which at least one must be there.</summary>
/// <param name="Any">The clues.</param>
/// <param name="Cost">In how many of a hundred alerts they are there in vain, by a rough guess.</param>
internal sealed record ClueSet(IReadOnlyList<Clue> Any, double Cost)
{
    private const int ShortestPart = 2;

    /// <summary>The cheapest clues of a behaviour; null where it must be tried on every alert.</summary>
    public static ClueSet? Of(Behaviour behaviour)
    {
        var cheapest = behaviour.Scope.Select(Of).Aggregate((ClueSet?)null, Cheaper);
        // Out of scope nothing is said; within it either everything in "when" holds or something resembles it.
        return Union(behaviour.Resembles.Select(Of)) is { } resembles
            ? behaviour.When.Select(predicate => Union([Of(predicate), resembles])).Aggregate(cheapest, Cheaper)
            : cheapest;
    }

    /// <summary>The clues of a step; null where it must be tried on every alert.</summary>
    public static ClueSet? Of(SequenceStep step) => Union(step.AnyOf.Select(Of));

    private static ClueSet? Of(Predicate predicate) => Union(predicate.Members.Select(Of));

    private static ClueSet? Of(FieldPredicate question)
    {
        if (FactNames.KindOf(question.Field) == FactKind.Number)
        {
            return null;
        }

        switch (question.Operator)
        {
            case PredicateOperator.In:
                return Make(question, isWhole: true, question.Values);
            case PredicateOperator.Contains or PredicateOperator.StartsWith or PredicateOperator.EndsWith:
                return Make(question, isWhole: false, question.Values);
            case PredicateOperator.Matches:
                return Union(question.Values.Select(pattern => PatternLiterals.Of(pattern)
                    .Select(texts => Make(question, isWhole: false, texts))
                    .Aggregate((ClueSet?)null, Cheaper)));
            default:
                return null;
        }
    }

    private static ClueSet? Make(FieldPredicate question, bool isWhole, IReadOnlyList<string> texts) =>
        isWhole || texts.All(text => Encoding.UTF8.GetByteCount(text) >= ShortestPart)
            ? new ClueSet([.. texts.Select(text => new Clue(question, isWhole, text))], texts.Sum(text => ClueCost.Of(question.Field, isWhole, text)))
            : null;

    private static ClueSet? Union(IEnumerable<ClueSet?> sets)
    {
        var all = sets.ToList();
        return all.Contains(null) ? null : new ClueSet([.. all.SelectMany(set => set!.Any)], all.Sum(set => set!.Cost));
    }

    private static ClueSet? Cheaper(ClueSet? one, ClueSet? other) => one is null || other?.Cost < one.Cost ? other : one;
}
