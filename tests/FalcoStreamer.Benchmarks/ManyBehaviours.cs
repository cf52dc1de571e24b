using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Benchmarks;

/// <summary>
/// More behaviours than are shipped: those, and others like them, of other components. A copy asks the same questions about the same rules, with texts of its own.
/// </summary>
internal static class ManyBehaviours
{
    public static List<Behaviour> Of(BehaviourLibrary shipped, int number)
    {
        // A component's behaviour can be another's; what people and the kubelet do is there only once.
        var models = shipped.Single.Where(behaviour => behaviour.Nature == BehaviourNature.Harmless && IsOfAComponent(behaviour)).ToList();
        var all = shipped.Single.Take(number).ToList();
        for (var copy = 0; all.Count < number; copy++)
        {
            all.Add(Copy(models[copy % models.Count], copy));
        }

        return all;
    }

    private static bool IsOfAComponent(Behaviour behaviour) => behaviour.Questions().Any(question => question.Field == "container.image.repository");

    private static Behaviour Copy(Behaviour model, int number) => model with
    {
        Id = $"{model.Id}-{number}",
        Scope = Copy(model.Scope, number),
        When = Copy(model.When, number),
        Resembles = Copy(model.Resembles, number),
        For = Copy(model.For, number),
        Against = Copy(model.Against, number),
    };

    private static IReadOnlyList<Predicate> Copy(IReadOnlyList<Predicate> predicates, int number) => [.. predicates.Select<Predicate, Predicate>(predicate => predicate switch
    {
        PredicateGroup group => group with { AnyOf = [.. group.AnyOf.Select(member => Copy(member, number))] },
        FieldPredicate field => Copy(field, number),
        _ => predicate,
    })];

    private static FieldPredicate Copy(FieldPredicate model, int number) => model.Field is "alert.proc.cmdline" or "alert.proc.exepath" or "container.image.repository"
        or "container.name" or "pod.owner" or "alert.fd.name"
        ? new FieldPredicate(model.Field, model.Operator, [.. model.Values.Select(value => Renamed(value, model.Operator, number))], model.Weight, model.Says)
        : model;

    /// <summary>Puts another name into the middle of the last word, as another component would have; patterns get it at their end.</summary>
    private static string Renamed(string text, PredicateOperator @operator, int number) => @operator is PredicateOperator.Matches or PredicateOperator.NotMatches
        ? $"(?:{text})c{number}$"
        : text.Length < 4 ? text : $"{text[..(text.Length / 2)]}c{number}{text[(text.Length / 2)..]}";
}
