using FalcoStreamer.Configuration;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Commands;

/// <summary>Loads the knowledge for a command.</summary>
internal static class KnowledgeLoading
{
    /// <exception cref="ConfigurationException">The directory cannot be read.</exception>
    /// <exception cref="BehaviourFileException">A file in it is wrong.</exception>
    public static BehaviourLibrary Load(string? directory)
    {
        try
        {
            return BehaviourLibrary.Load(directory);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{directory}: the knowledge cannot be read: {exception.Message}");
        }
    }
}
