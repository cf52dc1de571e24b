using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Sinks.KubernetesEvents;
using FalcoStreamer.Sinks.Otlp;
using FalcoStreamer.Sources;
using FalcoStreamer.Sources.Http;
using FalcoStreamer.Storage;

namespace FalcoStreamer.Configuration;

/// <summary>The whole configuration; appsettings.json shows every key with its default.</summary>
internal sealed class AgentOptions
{
    public SourceSection Sources { get; set; } = new();

    public StorageOptions Storage { get; set; } = new();

    public KubernetesOptions Kubernetes { get; set; } = new();

    public KnowledgeOptions Knowledge { get; set; } = new();

    public CorrelationOptions Correlation { get; set; } = new();

    public SinkSection Sinks { get; set; } = new();

    public TelemetryOptions Telemetry { get; set; } = new();
}

/// <summary>The section <c>sources</c>.</summary>
internal sealed class SourceSection
{
    public GrpcSourceOptions Grpc { get; set; } = new();

    public HttpSourceOptions Http { get; set; } = new();

    /// <summary>Not built yet.</summary>
    public SwitchOptions Log { get; set; } = new();
}

/// <summary>The section <c>sinks</c>.</summary>
internal sealed class SinkSection
{
    public KubernetesEventOptions KubernetesEvents { get; set; } = new();

    public OtlpOptions Otlp { get; set; } = new();

    public SwitchOptions Console { get; set; } = new();

    /// <summary>Not built yet.</summary>
    public SwitchOptions Forward { get; set; } = new();
}

/// <summary>Something that is on or off.</summary>
internal sealed class SwitchOptions
{
    public bool Enabled { get; set; }
}

/// <summary>The section <c>knowledge</c>.</summary>
internal sealed class KnowledgeOptions
{
    /// <summary>A directory with <c>*.yaml</c> files of one's own, or null.</summary>
    public string? Path { get; set; }
}

/// <summary>The section <c>telemetry</c>.</summary>
internal sealed class TelemetryOptions
{
    /// <summary>Where <c>/metrics</c>, <c>/healthz</c> and <c>/readyz</c> are served; null for nowhere.</summary>
    public string? Address { get; set; }
}
