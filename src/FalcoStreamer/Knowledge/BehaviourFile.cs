using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace FalcoStreamer.Knowledge;

/// <summary>Reads a knowledge file. Whatever it does not know in it is an error, so that a misspelling cannot weaken a behaviour.</summary>
internal static class BehaviourFile
{
    private const string Schema = "falcostreamer/behaviours/v1";

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
            Scope = PredicateReader.ReadWeightless(yaml, "scope"),
            When = PredicateReader.ReadAll(yaml, "when"),
            Resembles = PredicateReader.ReadAll(yaml, "resembles"),
            For = PredicateReader.ReadAll(yaml, "for"),
            Against = PredicateReader.ReadAll(yaml, "against"),
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
        var step = new SequenceStep(yaml.Text("title"), PredicateReader.ReadAll(yaml, "anyOf"));
        yaml.RefuseOtherKeys();
        return step.AnyOf.Count > 0 ? step : throw yaml.Error("a step needs \"anyOf\"");
    }
}
