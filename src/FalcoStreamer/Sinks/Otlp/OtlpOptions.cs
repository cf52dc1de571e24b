namespace FalcoStreamer.Sinks.Otlp;

/// <summary>The section <c>sinks.otlp</c>. What is null comes from the standard variables, see <see cref="OtlpSettings"/>.</summary>
internal sealed class OtlpOptions
{
    public bool Enabled { get; set; } = true;

    /// <summary>The collector; null means <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, and without that the sink is off.</summary>
    public string? Endpoint { get; set; }

    /// <summary><c>grpc</c> or <c>http/protobuf</c>; null means <c>OTEL_EXPORTER_OTLP_PROTOCOL</c>, and without that grpc.</summary>
    public string? Protocol { get; set; }

    /// <summary>The cluster's name for people, as <c>k8s.cluster.name</c>.</summary>
    public string? ClusterName { get; set; }

    /// <summary>Whether command lines are sent; they may hold secrets.</summary>
    public bool IncludeCommandLine { get; set; } = true;
}
