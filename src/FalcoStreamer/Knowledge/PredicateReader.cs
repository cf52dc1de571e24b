using System.Text.RegularExpressions;

namespace FalcoStreamer.Knowledge;

/// <summary>Reads the predicates of a knowledge file.</summary>
internal static class PredicateReader
{
    private static readonly (string Key, PredicateOperator Operator)[] Operators =
    [
        ("in", PredicateOperator.In),
        ("notIn", PredicateOperator.NotIn),
        ("contains", PredicateOperator.Contains),
        ("startsWith", PredicateOperator.StartsWith),
        ("endsWith", PredicateOperator.EndsWith),
        ("matches", PredicateOperator.Matches),
        ("notMatches", PredicateOperator.NotMatches),
        ("lessThan", PredicateOperator.LessThan),
        ("moreThan", PredicateOperator.MoreThan),
    ];

    private const int LongestPattern = 1000;

    /// <summary>The predicates under <paramref name="key"/>, each of which may be a group.</summary>
    /// <exception cref="BehaviourFileException">One is wrong.</exception>
    public static IReadOnlyList<Predicate> ReadAll(YamlMapping yaml, string key) => [.. yaml.Mappings(key).Select(ReadOne)];

    /// <summary>The predicates under <paramref name="key"/>, none of which counts anything.</summary>
    /// <exception cref="BehaviourFileException">One is wrong, or has a weight.</exception>
    public static IReadOnlyList<Predicate> ReadWeightless(YamlMapping yaml, string key) =>
        [.. yaml.Mappings(key).Select(item => RefuseWeight(item, key, ReadOne))];

    private static Predicate ReadOne(YamlMapping yaml)
    {
        var members = yaml.Mappings("anyOf");
        if (members.Count == 0)
        {
            return yaml.Has("anyOf") ? throw yaml.ErrorAt("anyOf", "\"anyOf\" is empty; it needs at least one predicate") : ReadField(yaml);
        }

        var group = new PredicateGroup(
            [.. members.Select(member => RefuseWeight(member, "anyOf", ReadField))], yaml.Number("weight", 1), ReadSentence(yaml));
        yaml.RefuseOtherKeys();
        return group;
    }

    private static TPredicate RefuseWeight<TPredicate>(YamlMapping yaml, string key, Func<YamlMapping, TPredicate> read)
        where TPredicate : Predicate => yaml.OptionalText("weight") is null
            ? read(yaml)
            : throw yaml.Error(key == "anyOf"
                ? "a member of \"anyOf\" has no \"weight\"; write it beside \"anyOf\""
                : $"what stands in \"{key}\" counts nothing; take the \"weight\" away");

    private static FieldPredicate ReadField(YamlMapping yaml)
    {
        var field = yaml.Text("field");
        if (!FactNames.IsKnown(field))
        {
            throw yaml.Error(FactNames.NearestTo(field) is { } nearest
                ? $"the field \"{field}\" is not known; did you mean {nearest}?"
                : $"the field \"{field}\" is not known; it is alert.<Falco field> or one of {string.Join(", ", FactNames.All)}");
        }

        var weight = yaml.Number("weight", 1);
        var says = ReadSentence(yaml);
        var used = Operators
            .Select(entry => (entry.Operator, Values: ReadValues(yaml, field, entry.Key, entry.Operator)))
            .Where(entry => entry.Values.Count > 0)
            .ToList();
        yaml.RefuseOtherKeys();
        if (used.Count == 1 && FactNames.KindOf(field) == FactKind.Number
            && used[0].Operator is not (PredicateOperator.LessThan or PredicateOperator.MoreThan or PredicateOperator.In or PredicateOperator.NotIn))
        {
            throw yaml.Error($"\"{field}\" is a number; use lessThan, moreThan, in or notIn");
        }

        return used.Count == 1
            ? new FieldPredicate(field, used[0].Operator, used[0].Values, weight, says)
            : throw yaml.Error($"a predicate has exactly one of {string.Join(", ", Operators.Select(entry => entry.Key))}");
    }

    private static IReadOnlyList<string> ReadValues(YamlMapping yaml, string field, string key, PredicateOperator @operator)
    {
        if (@operator is PredicateOperator.LessThan or PredicateOperator.MoreThan)
        {
            return yaml.OptionalText(key) is { } limit ? [ReadLimit(yaml, field, key, limit)] : [];
        }

        var values = yaml.Values(key);
        if (@operator is PredicateOperator.Matches or PredicateOperator.NotMatches)
        {
            foreach (var pattern in values)
            {
                RefuseBadPattern(yaml, key, pattern);
            }
        }
        else if (@operator is not (PredicateOperator.In or PredicateOperator.NotIn) && values.Contains(""))
        {
            throw yaml.ErrorAt(key, $"\"{key}\" has an empty text, which every text would fit");
        }

        return values;
    }

    private static void RefuseBadPattern(YamlMapping yaml, string key, string pattern)
    {
        if (pattern.Length is 0 or > LongestPattern)
        {
            throw yaml.ErrorAt(key, $"\"{key}\" has a pattern of {pattern.Length} characters; from 1 to {LongestPattern} are possible");
        }

        try
        {
            FieldPredicate.Check(pattern);
        }
        catch (RegexParseException exception)
        {
            throw yaml.ErrorAt(key, $"\"{key}\" has a pattern that cannot be used: {exception.Message}");
        }
        catch (NotSupportedException exception)
        {
            throw yaml.ErrorAt(
                key,
                $"\"{key}\" has a pattern that cannot be used because matching it might take forever; write it without back references, "
                + $"look-around and large repetitions ({exception.Message})");
        }
    }

    private static string? ReadSentence(YamlMapping yaml)
    {
        var says = yaml.OptionalText("says");
        return says is not null && PlaceholderNames.In(says).FirstOrDefault(name => !PlaceholderNames.OfSentences.Contains(name)) is { } unknown
            ? throw yaml.ErrorAt("says", $"\"says\" cannot hold {{{unknown}}}; {string.Join(" and ", PlaceholderNames.OfSentences.Select(name => $"{{{name}}}"))} are known there")
            : says;
    }

    private static string ReadLimit(YamlMapping yaml, string field, string key, string limit)
    {
        if (FactNames.KindOf(field) is FactKind.Text or FactKind.Set)
        {
            throw yaml.Error($"\"{field}\" is no number, so \"{key}\" cannot compare it; use in, notIn or matches");
        }

        return Quantity.TryRead(limit, out _) ? limit : throw yaml.Error($"\"{key}\" must be a number or a duration such as 10s");
    }
}
