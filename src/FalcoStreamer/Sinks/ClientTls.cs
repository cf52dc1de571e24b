using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FalcoStreamer.Sinks;

/// <summary>Makes the TLS of a connection to a receiver from PEM files.</summary>
internal static class ClientTls
{
    /// <param name="authorities">Who may have signed the receiver's certificate; null means the system's authorities.</param>
    /// <param name="certificate">Our own certificate with its chain, for mutual TLS; null for none.</param>
    /// <param name="key">The key of <paramref name="certificate"/>.</param>
    /// <exception cref="SinkSettingsException">A file is missing or is not what it should be.</exception>
    public static SslClientAuthenticationOptions Load(NamedSetting? authorities, NamedSetting? certificate, NamedSetting? key)
    {
        var options = new SslClientAuthenticationOptions();
        if (authorities is { } file)
        {
            // Instead of the system's authorities; the server's name is checked all the same.
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            Read(file, "certificates", path => policy.CustomTrustStore.ImportFromPemFile(path));
            options.CertificateChainPolicy = policy;
        }

        if (certificate is { } ours && key is { } ourKey)
        {
            var own = Read(ours, $"a certificate that fits the key of {ourKey.Name}", path => X509Certificate2.CreateFromPemFile(path, ourKey.Value));
            var chain = new X509Certificate2Collection();
            Read(ours, "certificates", chain.ImportFromPemFile);
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
            throw new SinkSettingsException(
                $"{file.Name} names {file.Value}, which is not a readable PEM file with {content}: {exception.Message}", exception);
        }
    }
}
