using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>Makes the connection's TLS from the PEM files of the settings.</summary>
internal static class OtlpTls
{
    /// <exception cref="OtlpSettingsException">A file is missing or is not what it should be.</exception>
    public static SslClientAuthenticationOptions Load(OtlpSettings settings)
    {
        var options = new SslClientAuthenticationOptions();
        if (settings.Certificate is { } authorities)
        {
            // Instead of the system's authorities; the server's name is checked all the same.
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            Read(authorities, "certificates", path => policy.CustomTrustStore.ImportFromPemFile(path));
            options.CertificateChainPolicy = policy;
        }

        if (settings is { ClientCertificate: { } certificate, ClientKey: { } key })
        {
            var own = Read(certificate, $"a certificate that fits the key of {key.Name}", path => X509Certificate2.CreateFromPemFile(path, key.Value));
            var chain = new X509Certificate2Collection();
            Read(certificate, "certificates", chain.ImportFromPemFile);
            options.ClientCertificateContext = SslStreamCertificateContext.Create(own, chain, offline: true);
        }

        return options;
    }

    private static void Read(NamedSetting file, string content, Action<string> read) => Read(file, content, path =>
    {
        read(path);
        return true;
    });

    private static T Read<T>(NamedSetting file, string content, Func<string, T> read)
    {
        try
        {
            return read(file.Value);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new OtlpSettingsException(
                $"{file.Name} names {file.Value}, which is not a readable PEM file with {content}: {exception.Message}", exception);
        }
    }
}
