using System.Collections.Frozen;

namespace FalcoStreamer.Knowledge;

/// <summary>Reads a knowledge file. Whatever it does not know in it is an error, so that a misspelling cannot weaken a behaviour.</summary>
internal static class BehaviourFile
{
    public const string Schema = "falcostreamer/behaviours/v1";

    private static readonly FrozenSet<string> AddedByExtending = FrozenSet.Create(StringComparer.Ordinal, "resembles", "for", "against");

    private const int LongestId = 63;

    /// <summary>Reads the behaviours of a file that stands alone.</summary>
    /// <inheritdoc cref="Read(YamlMapping, string, Dictionary{string, YamlMapping})"/>
    public static IReadOnlyList<Behaviour> Read(Stream stream, string file) => Read(YamlFile.Read(stream, file), file, []);

    /// <param name="root">The file.</param>
    /// <param name="file">Its name.</param>
    /// <param name="known">What <c>extends</c> may name: the behaviours that were read before, by their IDs. Those of this file are added.</param>
    /// <exception cref="BehaviourFileException">The file is wrong; nothing of it is returned.</exception>
    public static IReadOnlyList<Behaviour> Read(YamlMapping root, string file, Dictionary<string, YamlMapping> known)
    {
        if (root.Text("schema") is var schema && schema != Schema)
        {
            throw root.Error($"the schema is \"{schema}\", this version reads \"{Schema}\"");
        }

        var behaviours = new OrderedDictionary<string, Behaviour>(StringComparer.Ordinal);
        foreach (var yaml in root.Mappings("behaviours"))
        {
            var whole = Extend(yaml, known);
            var behaviour = ReadBehaviour(whole) with { File = file, Line = yaml.Line };
            known[behaviour.Id] = whole;
            if (!behaviours.TryAdd(behaviour.Id, behaviour))
            {
                throw yaml.ErrorAt("id", $"the id \"{behaviour.Id}\" is given twice; line {behaviours[behaviour.Id].Line} has it already");
            }
        }

        root.RefuseOtherKeys();
        return behaviours.Values;
    }

    /// <summary>
    /// A behaviour over the one that it extends. Only what was read before can be extended, its own former self included, so that there can be no circle.
    /// </summary>
    private static YamlMapping Extend(YamlMapping yaml, Dictionary<string, YamlMapping> known)
    {
        if (yaml.OptionalText("extends") is not { } basis)
        {
            return yaml;
        }

        return known.TryGetValue(basis, out var found)
            ? yaml.Over(found, AddedByExtending)
            : throw yaml.ErrorAt(
                "extends", $"\"extends\" names \"{basis}\", which is not known here; it must be a shipped behaviour, or stand above this one or in a file with an earlier name");
    }

    private static Behaviour ReadBehaviour(YamlMapping yaml)
    {
        var behaviour = new Behaviour
        {
            Id = ReadId(yaml),
            Title = yaml.Text("title"),
            Nature = ReadNature(yaml),
            Headline = yaml.Text("headline"),
            ImitationHeadline = yaml.OptionalText("imitationHeadline"),
            Why = yaml.Text("why"),
            Scope = PredicateReader.ReadWeightless(yaml, "scope"),
            Unless = PredicateReader.ReadWeightless(yaml, "unless"),
            When = PredicateReader.ReadAll(yaml, "when"),
            Resembles = PredicateReader.ReadAll(yaml, "resembles"),
            For = PredicateReader.ReadAll(yaml, "for"),
            Against = PredicateReader.ReadAll(yaml, "against"),
            Steps = [.. yaml.Mappings("steps").Select(ReadStep)],
            MinimumSteps = (int)yaml.Number("minimumSteps", 0),
            MinimumOwners = (int)yaml.Number("minimumOwners", 0),
            Within = ReadRange(yaml),
            AnyOrder = ReadTruth(yaml, "anyOrder"),
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
        _ = yaml.OptionalText("extends");
        yaml.RefuseOtherKeys();
        RefuseNonsense(behaviour, yaml);
        RefuseUnknownPlaceholders(behaviour, yaml);
        return behaviour;
    }

    private static void RefuseNonsense(Behaviour behaviour, YamlMapping yaml)
    {
        if (new[] { behaviour.When.Count > 0, behaviour.Steps.Count > 0, behaviour.MinimumOwners > 0 }.Count(given => given) != 1)
        {
            throw yaml.Error($"\"{behaviour.Id}\" must have either \"when\" or \"steps\" or \"minimumOwners\"");
        }

        if (behaviour.Resembles.Count > 0 && behaviour.ImitationHeadline is null)
        {
            throw yaml.Error($"\"{behaviour.Id}\" has \"resembles\" and so needs an \"imitationHeadline\"");
        }

        if (behaviour.Steps.Count > 0
            && (behaviour.MinimumSteps < 2 || behaviour.MinimumSteps > behaviour.Steps.Count || behaviour.Window <= TimeSpan.Zero))
        {
            throw yaml.ErrorAt("minimumSteps", $"\"{behaviour.Id}\" needs a \"window\" and \"minimumSteps\" from 2 to the number of its steps");
        }

        if (behaviour.MinimumOwners > 0 && (behaviour.MinimumOwners < 2 || behaviour.Window <= TimeSpan.Zero))
        {
            throw yaml.ErrorAt("minimumOwners", $"\"{behaviour.Id}\" needs a \"window\" and \"minimumOwners\" from 2");
        }

        if (behaviour.Steps.Count == 0 && (behaviour.AnyOrder || behaviour.Within != SequenceRange.Container))
        {
            throw yaml.Error($"\"{behaviour.Id}\" has no \"steps\", so \"within\" and \"anyOrder\" mean nothing");
        }

        if (behaviour.When.Count == 0 && behaviour.Nature != BehaviourNature.Attack)
        {
            throw yaml.Error($"\"{behaviour.Id}\" is made of several alerts, so its \"nature\" must be attack");
        }
    }

    private static void RefuseUnknownPlaceholders(Behaviour behaviour, YamlMapping yaml)
    {
        PlaceholderCheck.Refuse(yaml, "headline", behaviour.Headline);
        PlaceholderCheck.Refuse(yaml, "imitationHeadline", behaviour.ImitationHeadline);
        PlaceholderCheck.Refuse(yaml, "why", behaviour.Why);
        PlaceholderCheck.Refuse(yaml, "actions", behaviour.Actions);
        PlaceholderCheck.Refuse(yaml, "imitationActions", behaviour.ImitationActions);
        PlaceholderCheck.Refuse(yaml, "commands", behaviour.Commands);
    }

    private static string ReadId(YamlMapping yaml)
    {
        var id = yaml.Text("id");
        return id.Length <= LongestId && id.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-')
            ? id
            : throw yaml.ErrorAt("id", $"the id \"{id}\" must be of lower case letters, digits and hyphens, at most {LongestId}");
    }

    private static BehaviourNature ReadNature(YamlMapping yaml) => yaml.Text("nature") switch
    {
        "harmless" => BehaviourNature.Harmless,
        "unattributed" => BehaviourNature.Unattributed,
        "attack" => BehaviourNature.Attack,
        var other => throw yaml.Error($"\"nature\" is \"{other}\"; it must be harmless, unattributed or attack"),
    };

    private static SequenceRange ReadRange(YamlMapping yaml) => yaml.OptionalText("within") switch
    {
        null or "container" => SequenceRange.Container,
        "owner" => SequenceRange.Owner,
        "node" => SequenceRange.Node,
        var other => throw yaml.ErrorAt("within", $"\"within\" is \"{other}\"; it must be container, owner or node"),
    };

    private static bool ReadTruth(YamlMapping yaml, string key) => yaml.OptionalText(key) switch
    {
        null or "false" => false,
        "true" => true,
        var other => throw yaml.ErrorAt(key, $"\"{key}\" is \"{other}\"; it must be true or false"),
    };

    private static SequenceStep ReadStep(YamlMapping yaml)
    {
        var step = new SequenceStep(
            yaml.Text("title"),
            PredicateReader.ReadWeightless(yaml, "allOf"),
            PredicateReader.ReadAll(yaml, "anyOf"),
            ReadTruth(yaml, "evenHarmless"));
        yaml.RefuseOtherKeys();
        return step.AnyOf.Count > 0 ? step : throw yaml.Error("a step needs \"anyOf\"");
    }
}
