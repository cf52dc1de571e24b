namespace FalcoStreamer.Alerts;

/// <summary>Some bytes are not an alert. The message says what is wrong, where in them, and what would be right.</summary>
internal sealed class AlertFormatException(string message) : Exception(message);
