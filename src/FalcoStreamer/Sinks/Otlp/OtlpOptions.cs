namespace FalcoStreamer.Sinks.Otlp;

/// <summary>The configuration under <c>sinks.otlp</c>. What is null is taken from the standard <c>OTEL_EXPORTER_OTLP_*</c> variables.</summary>
internal sealed class OtlpOptions
{
    public bool Enabled { get; set; } = true;

    /// <summary>The collector, e.g. <c>http://collector:4317</c>. Without one, here or in the environment, the sink is off.</summary>
    public string? Endpoint { get; set; }

    /// <summary><c>grpc</c> or <c>http/protobuf</c>. Where the environment names the endpoint, it also has the first word on this.</summary>
    public string Protocol { get; set; } = "grpc";

    /// <summary>Sent with each request, e.g. a token.</summary>
    public Dictionary<string, string>? Headers { get; set; }

    /// <summary><c>gzip</c>, which is the default, or <c>none</c>.</summary>
    public string? Compression { get; set; }

    /// <summary>How long one request may take; 10 s by default.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>A PEM file with the authorities that the collector's certificate may come from, instead of the system's.</summary>
    public string? Certificate { get; set; }

    /// <summary>A PEM file with our key, for mutual TLS.</summary>
    public string? ClientKey { get; set; }

    /// <summary>A PEM file with our certificate, for mutual TLS.</summary>
    public string? ClientCertificate { get; set; }

    /// <summary>The cluster's name, sent as <c>k8s.cluster.name</c>: Kubernetes itself has none.</summary>
    public string? ClusterName { get; set; }

    /// <summary>Whether command lines leave as attributes.</summary>
    public bool IncludeCommandLine { get; set; } = true;
}
