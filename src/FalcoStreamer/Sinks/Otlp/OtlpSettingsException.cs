namespace FalcoStreamer.Sinks.Otlp;

/// <summary>A setting of the OTLP sink is wrong; the message is one line that names it and the remedy.</summary>
internal sealed class OtlpSettingsException(string message, Exception? inner = null) : Exception(message, inner);
