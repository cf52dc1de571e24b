namespace FalcoStreamer.Sinks.Otlp;

/// <summary>Some bytes are not an <c>ExportLogsServiceRequest</c>. The message says what is wrong.</summary>
internal sealed class OtlpFormatException(string message) : Exception(message);
