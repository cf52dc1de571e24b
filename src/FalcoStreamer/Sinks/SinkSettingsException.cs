namespace FalcoStreamer.Sinks;

/// <summary>A setting of a sink is wrong; the message is one line that names it and the remedy.</summary>
internal sealed class SinkSettingsException(string message, Exception? inner = null) : Exception(message, inner);
