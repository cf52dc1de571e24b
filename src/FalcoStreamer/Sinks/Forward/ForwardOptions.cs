namespace FalcoStreamer.Sinks.Forward;

/// <summary>The configuration under <c>sinks.forward</c>.</summary>
internal sealed class ForwardOptions
{
    public bool Enabled { get; set; }

    /// <summary>Where alerts are posted, as Falco's <c>http_output.url</c> would name it, e.g. <c>http://falcosidekick.falco.svc:2801/</c>.</summary>
    public string? Url { get; set; }

    /// <summary>A PEM file with the authorities that the receiver's certificate may come from, instead of the system's.</summary>
    public string? CaFile { get; set; }

    /// <summary>A PEM file with our certificate, for mutual TLS.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>A PEM file with the key of <see cref="CertificateFile"/>.</summary>
    public string? KeyFile { get; set; }

    /// <summary>Sent with each request, e.g. a token.</summary>
    public Dictionary<string, string>? Headers { get; set; }

    /// <summary>How long one request may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);
}
