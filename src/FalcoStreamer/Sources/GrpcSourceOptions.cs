namespace FalcoStreamer.Sources;

/// <summary>How to reach Falco's gRPC output: the configuration's <c>sources.grpc</c>.</summary>
internal sealed class GrpcSourceOptions
{
    public bool Enabled { get; set; } = true;

    /// <summary>Falco's own <c>grpc.bind_address</c>: <c>unix:///path</c>, or <c>https://host:port</c> with the three files.</summary>
    public string Address { get; set; } = "unix:///run/falco/falco.sock";

    /// <summary>Our certificate (PEM, the chain behind it), which Falco must trust by its <c>root_certs</c>.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>The key of <see cref="CertificateFile"/> (PEM).</summary>
    public string? KeyFile { get; set; }

    /// <summary>Who signed Falco's certificate (PEM).</summary>
    public string? CaFile { get; set; }

    /// <summary>The path of the unix socket; null for TCP.</summary>
    public string? SocketPath => Address.StartsWith("unix:", StringComparison.OrdinalIgnoreCase) ? PathOf(Address["unix:".Length..]) : null;

    /// <summary>What is wrong, as one sentence that names the key and the remedy; null when nothing is.</summary>
    public string? Problem()
    {
        if (!Enabled)
        {
            return null;
        }

        if (SocketPath is { } path)
        {
            return path.StartsWith('/')
                ? null
                : $"sources.grpc.address is \"{Address}\"; a unix socket is written with its whole path, e.g. unix:///run/falco/falco.sock.";
        }

        if (!Uri.TryCreate(Address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            return $"sources.grpc.address is \"{Address}\"; it must be unix:///path or https://host:port.";
        }

        if (uri.Scheme == "http")
        {
            return $"sources.grpc.address is \"{Address}\", but Falco's gRPC over TCP is mutual TLS only: write https:// and set "
                + "sources.grpc.certificateFile, keyFile and caFile.";
        }

        return CertificateFile is null || KeyFile is null || CaFile is null
            ? "sources.grpc.address is https://, and Falco demands mutual TLS: set all of sources.grpc.certificateFile, keyFile and caFile."
            : null;
    }

    // gRPC takes unix:path as well as unix:///path.
    private static string PathOf(string rest) => rest.StartsWith("//", StringComparison.Ordinal) ? rest[2..] : rest;
}
