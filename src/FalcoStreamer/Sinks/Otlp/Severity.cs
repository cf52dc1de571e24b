using FalcoStreamer.Alerts;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>Falco's priorities on OpenTelemetry's scale of 1 to 24 (contracts/otlp.md, "Record").</summary>
internal static class Severity
{
    public static ulong NumberOf(Priority priority) => priority switch
    {
        Priority.Emergency => 21,
        Priority.Alert => 19,
        Priority.Critical => 18,
        Priority.Error => 17,
        Priority.Warning => 13,
        Priority.Notice => 10,
        Priority.Informational => 9,
        _ => 5,
    };

    /// <summary>Falco's word.</summary>
    public static ReadOnlySpan<byte> WordOf(Priority priority) => priority switch
    {
        Priority.Emergency => "Emergency"u8,
        Priority.Alert => "Alert"u8,
        Priority.Critical => "Critical"u8,
        Priority.Error => "Error"u8,
        Priority.Warning => "Warning"u8,
        Priority.Notice => "Notice"u8,
        Priority.Informational => "Informational"u8,
        _ => "Debug"u8,
    };
}
