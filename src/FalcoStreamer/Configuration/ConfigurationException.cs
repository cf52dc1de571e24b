namespace FalcoStreamer.Configuration;

/// <summary>The configuration is wrong. The message is one line that names the key and the remedy.</summary>
internal sealed class ConfigurationException(string message) : Exception(message);
