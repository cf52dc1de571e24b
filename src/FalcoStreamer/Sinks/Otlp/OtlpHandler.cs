using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>The HTTP connection to the collector, with the certificates that were given.</summary>
internal static class OtlpHandler
{
    public static SocketsHttpHandler Create(OtlpSettings settings)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(5),
            // A collector behind a load balancer moves; a connection must not live for ever.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            EnableMultipleHttp2Connections = true,
        };
        if (settings.CertificateFile is { } authority)
        {
            var roots = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            roots.CustomTrustStore.ImportFromPemFile(authority);
            handler.SslOptions.CertificateChainPolicy = roots;
        }

        if (settings.ClientCertificateFile is { } certificate)
        {
            handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(
                X509Certificate2.CreateFromPemFile(certificate, settings.ClientKeyFile), null, offline: true);
        }

        return handler;
    }
}
