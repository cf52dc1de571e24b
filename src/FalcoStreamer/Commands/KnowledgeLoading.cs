using FalcoStreamer.Configuration;
using FalcoStreamer.Knowledge;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Commands;

/// <summary>What a command knows of behaviours and rules: what is inside the program, and over it the user's directory.</summary>
internal sealed record KnowledgeLoading(BehaviourLibrary Behaviours, RuleLibrary Rules)
{
    /// <summary>For a command that answers once: a wrong file is an error.</summary>
    /// <exception cref="ConfigurationException">The directory cannot be read.</exception>
    /// <exception cref="BehaviourFileException">A file in it is wrong.</exception>
    public static KnowledgeLoading Load(string? directory) => Load(directory, refused: null);

    /// <summary>For the agent: a wrong file is said and left out whole, the rest works.</summary>
    /// <exception cref="ConfigurationException">The directory cannot be read.</exception>
    public static KnowledgeLoading LoadWhatIsSound(string? directory, AgentTelemetry telemetry) =>
        Load(directory, problem => telemetry.KnowledgeRefused(problem.Message));

    /// <param name="refused">Is told of each wrong file; null makes the first one an exception.</param>
    /// <inheritdoc cref="Load(string?)"/>
    public static KnowledgeLoading Load(string? directory, Action<BehaviourFileException>? refused)
    {
        try
        {
            return new KnowledgeLoading(BehaviourLibrary.Load(directory, refused), RuleLibrary.Load(directory, refused));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{directory}: the knowledge cannot be read: {exception.Message}");
        }
    }
}
