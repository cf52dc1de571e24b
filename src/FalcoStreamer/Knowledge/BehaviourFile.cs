using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace FalcoStreamer.Knowledge;

/// <summary>Reads a knowledge file. Whatever it does not know in it is an error, so that a misspelling cannot weaken a behaviour.</summary>
internal static class BehaviourFile
{
    private const string Schema = "falcostreamer/behaviours/v1";

    private static readonly (string Key, PredicateOperator Operator)[] Operators =
    [
        ("in", PredicateOperator.In),
        ("notIn", PredicateOperator.NotIn),
        ("contains", PredicateOperator.Contains),
        ("startsWith", PredicateOperator.StartsWith),
        ("matches", PredicateOperator.Matches),
        ("notMatches", PredicateOperator.NotMatches),
        ("lessThan", PredicateOperator.LessThan),
        ("moreThan", PredicateOperator.MoreThan),
    ];

    /// <exception cref="BehaviourFileException">The file is wrong; nothing of it is returned.</exception>
    public static IReadOnlyList<Behaviour> Read(TextReader text, string file)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(text);
        }
        catch (YamlException exception)
        {
            throw new BehaviourFileException(file, exception.Start.Line, $"this is not YAML: {exception.Message}");
        }

        if (stream.Documents.Count != 1)
        {
            throw new BehaviourFileException(file, 1, "the file must hold one YAML document");
        }

        var root = new YamlMapping(stream.Documents[0].RootNode, file);
        if (root.Text("schema") is var schema && schema != Schema)
        {
            throw root.Error($"the schema is \"{schema}\", this version reads \"{Schema}\"");
        }

        var behaviours = root.Mappings("behaviours").Select(ReadBehaviour).ToList();
        root.RefuseOtherKeys();
        var repeated = behaviours.GroupBy(behaviour => behaviour.Id).FirstOrDefault(group => group.Count() > 1);
        return repeated is null ? behaviours : throw root.Error($"the id \"{repeated.Key}\" is given twice");
    }

    private static Behaviour ReadBehaviour(YamlMapping yaml)
    {
        var behaviour = new Behaviour
        {
            Id = yaml.Text("id"),
            Title = yaml.Text("title"),
            Nature = ReadNature(yaml),
            Headline = yaml.Text("headline"),
            ImitationHeadline = yaml.OptionalText("imitationHeadline"),
            Why = yaml.Text("why"),
            When = ReadPredicates(yaml, "when"),
            Resembles = ReadPredicates(yaml, "resembles"),
            For = ReadPredicates(yaml, "for"),
            Against = ReadPredicates(yaml, "against"),
            Steps = [.. yaml.Mappings("steps").Select(ReadStep)],
            MinimumSteps = (int)yaml.Number("minimumSteps", 0),
            Window = yaml.OptionalDuration("window") ?? default,
            QuietPeriod = yaml.OptionalDuration("quietPeriod"),
            Actions = yaml.Texts("actions"),
            ImitationActions = yaml.Texts("imitationActions"),
            Commands = yaml.Texts("commands"),
            NeedsPrivileges = yaml.Texts("needsPrivileges"),
            ExceptionFields = yaml.Texts("exceptionFields"),
            Attack = yaml.Texts("attack"),
            Sources = yaml.Texts("sources"),
        };
        yaml.RefuseOtherKeys();
        RefuseNonsense(behaviour, yaml);
        return behaviour;
    }

    private static void RefuseNonsense(Behaviour behaviour, YamlMapping yaml)
    {
        if (behaviour.Steps.Count == 0 == (behaviour.When.Count == 0))
        {
            throw yaml.Error($"\"{behaviour.Id}\" must have either \"when\" or \"steps\"");
        }

        if (behaviour.Resembles.Count > 0 && behaviour.ImitationHeadline is null)
        {
            throw yaml.Error($"\"{behaviour.Id}\" has \"resembles\" and so needs an \"imitationHeadline\"");
        }

        if (behaviour.Steps.Count > 0
            && (behaviour.MinimumSteps < 2 || behaviour.MinimumSteps > behaviour.Steps.Count || behaviour.Window <= TimeSpan.Zero))
        {
            throw yaml.Error($"\"{behaviour.Id}\" needs a \"window\" and \"minimumSteps\" from 2 to the number of its steps");
        }
    }

    private static BehaviourNature ReadNature(YamlMapping yaml) => yaml.Text("nature") switch
    {
        "harmless" => BehaviourNature.Harmless,
        "unattributed" => BehaviourNature.Unattributed,
        "attack" => BehaviourNature.Attack,
        var other => throw yaml.Error($"\"nature\" is \"{other}\"; it must be harmless, unattributed or attack"),
    };

    private static SequenceStep ReadStep(YamlMapping yaml)
    {
        var step = new SequenceStep(yaml.Text("title"), ReadPredicates(yaml, "anyOf"));
        yaml.RefuseOtherKeys();
        return step.AnyOf.Count > 0 ? step : throw yaml.Error("a step needs \"anyOf\"");
    }

    private static IReadOnlyList<Predicate> ReadPredicates(YamlMapping yaml, string key) =>
        [.. yaml.Mappings(key).Select(ReadPredicate)];

    public static Predicate ReadPredicate(YamlMapping yaml)
    {
        var field = yaml.Text("field");
        if (!FactNames.IsKnown(field))
        {
            throw yaml.Error($"the field \"{field}\" is not known; it is alert.<Falco field> or one of {string.Join(", ", FactNames.All)}");
        }

        var weight = yaml.Number("weight", 1);
        var says = yaml.OptionalText("says");
        var used = Operators
            .Select(entry => (entry.Operator, Values: ReadValues(yaml, entry.Key, entry.Operator)))
            .Where(entry => entry.Values.Count > 0)
            .ToList();
        yaml.RefuseOtherKeys();
        return used.Count == 1
            ? new Predicate(field, used[0].Operator, used[0].Values, weight, says)
            : throw yaml.Error($"a predicate has exactly one of {string.Join(", ", Operators.Select(entry => entry.Key))}");
    }

    private static IReadOnlyList<string> ReadValues(YamlMapping yaml, string key, PredicateOperator @operator)
    {
        if (@operator is PredicateOperator.LessThan or PredicateOperator.MoreThan)
        {
            return yaml.OptionalText(key) is { } limit
                ? Quantity.TryRead(limit, out _) ? [limit] : throw yaml.Error($"\"{key}\" must be a number or a duration such as 10s")
                : [];
        }

        var values = yaml.Texts(key);
        if (@operator is PredicateOperator.Matches or PredicateOperator.NotMatches)
        {
            foreach (var pattern in values)
            {
                try
                {
                    _ = Predicate.Compile(pattern);
                }
                catch (Exception exception) when (exception is RegexParseException or NotSupportedException)
                {
                    throw yaml.Error($"\"{key}\" has a pattern that cannot be used: {exception.Message}");
                }
            }
        }

        return values;
    }
}
