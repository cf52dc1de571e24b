using System.Net;

namespace FalcoStreamer.Sources.Http;

/// <summary>Where Falco's HTTP output finds us: the configuration's <c>sources.http</c>.</summary>
internal sealed class HttpSourceOptions
{
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// <c>http://address:port</c>, or <c>https://address:port</c> with a certificate. The address is one of this host, <c>0.0.0.0</c> or
    /// <c>[::]</c> for all of them, or <c>localhost</c>.
    /// </summary>
    public string Address { get; set; } = "http://0.0.0.0:2801";

    /// <summary>Our certificate (PEM, the chain behind it); for https.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>The key of <see cref="CertificateFile"/> (PEM).</summary>
    public string? KeyFile { get; set; }

    /// <summary>Who must have signed the client's certificate (PEM); null asks for none.</summary>
    public string? ClientCaFile { get; set; }

    /// <summary>Whether <see cref="Address"/> is https.</summary>
    public bool IsTls => Address.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    /// <summary>What is wrong, as one sentence that names the key and the remedy; null when nothing is.</summary>
    public string? Problem()
    {
        if (!Enabled)
        {
            return null;
        }

        if (!Uri.TryCreate(Address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.PathAndQuery != "/"
            || (!IPAddress.TryParse(uri.Host, out _) && uri.Host != "localhost"))
        {
            return $"sources.http.address is \"{Address}\"; it must be http://address:port or https://address:port with an IP address, e.g. http://0.0.0.0:2801.";
        }

        if (IsTls && (CertificateFile is null || KeyFile is null))
        {
            return "sources.http.address is https://: set sources.http.certificateFile and sources.http.keyFile.";
        }

        return !IsTls && (CertificateFile ?? KeyFile ?? ClientCaFile) is not null
            ? "sources.http has certificate files, but sources.http.address is http://, which uses none: write https://."
            : null;
    }
}
