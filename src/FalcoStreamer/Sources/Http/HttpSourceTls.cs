using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace FalcoStreamer.Sources.Http;

/// <summary>TLS of the HTTP source, with the client's certificate checked where that is asked for.</summary>
internal static class HttpSourceTls
{
    /// <summary>
    /// The settings of one handshake. The files are read each time: Falco keeps its connection, so that costs nothing, and renewed files count at
    /// once.
    /// </summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="CryptographicException">A file is not what it should be.</exception>
    public static SslServerAuthenticationOptions Load(HttpSourceOptions options)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(options.CertificateFile!);
        var certificate = X509Certificate2.CreateFromPemFile(options.CertificateFile!, options.KeyFile);
        var tls = new SslServerAuthenticationOptions { ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true) };
        if (options.ClientCaFile is { } clientCa)
        {
            tls.ClientCertificateRequired = true;
            tls.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            tls.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(clientCa);
            tls.RemoteCertificateValidationCallback = static (_, client, _, errors) => client is not null && errors == SslPolicyErrors.None;
        }

        return tls;
    }

    /// <summary>What Kestrel is told of it.</summary>
    public static TlsHandshakeCallbackOptions Callback(HttpSourceOptions options) => new()
    {
        OnConnection = _ => ValueTask.FromResult(Load(options)),
    };
}
