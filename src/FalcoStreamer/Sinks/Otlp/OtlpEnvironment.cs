namespace FalcoStreamer.Sinks.Otlp;

/// <summary>
/// Reads the standard variables: <c>OTEL_EXPORTER_OTLP_LOGS_…</c> before <c>OTEL_EXPORTER_OTLP_…</c>. An empty one counts as unset, as the specification says.
/// </summary>
internal sealed class OtlpEnvironment(Func<string, string?> read)
{
    /// <summary>The variable that counts for logs alone.</summary>
    public NamedSetting? ForLogs(string name) => Named($"OTEL_EXPORTER_OTLP_LOGS_{name}");

    /// <summary>The variable that counts for all signals.</summary>
    public NamedSetting? ForAll(string name) => Named($"OTEL_EXPORTER_OTLP_{name}");

    /// <summary>The one that counts.</summary>
    public NamedSetting? Find(string name) => ForLogs(name) ?? ForAll(name);

    /// <summary>What the configuration says, else the one that counts.</summary>
    public NamedSetting? Or(string? configured, string key, string name) =>
        string.IsNullOrWhiteSpace(configured) ? Find(name) : new NamedSetting($"sinks.otlp.{key}", configured.Trim());

    private NamedSetting? Named(string name) =>
        read(name) is { } value && !string.IsNullOrWhiteSpace(value) ? new NamedSetting(name, value.Trim()) : null;
}
