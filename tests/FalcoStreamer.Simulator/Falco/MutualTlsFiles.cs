using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FalcoStreamer.Simulator.Falco;

/// <summary>
/// An authority made for one test, with a certificate for the server and one for its client, both sides also as PEM files in a directory
/// that goes with it.
/// </summary>
internal sealed class MutualTlsFiles : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("falco-tls-").FullName;
    private readonly ECDsa _authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public MutualTlsFiles()
    {
        var request = new CertificateRequest("CN=throwaway authority", _authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        var now = TimeProvider.System.GetUtcNow();
        Authority = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        Server = Issue("localhost", "1.3.6.1.5.5.7.3.1");
        using var client = Issue("falcostreamer", "1.3.6.1.5.5.7.3.2");

        File.WriteAllText(AuthorityFile, Authority.ExportCertificatePem());
        File.WriteAllText(ClientCertificateFile, client.ExportCertificatePem());
        using var key = client.GetECDsaPrivateKey()!;
        File.WriteAllText(ClientKeyFile, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(ServerCertificateFile, Server.ExportCertificatePem());
        using var serverKey = Server.GetECDsaPrivateKey()!;
        File.WriteAllText(ServerKeyFile, serverKey.ExportPkcs8PrivateKeyPem());
    }

    public X509Certificate2 Authority { get; }

    /// <summary>The server's certificate for <c>localhost</c> and 127.0.0.1, with its key.</summary>
    public X509Certificate2 Server { get; }

    public string AuthorityFile => Path.Combine(_directory, "ca.crt");

    public string ServerCertificateFile => Path.Combine(_directory, "server.crt");

    public string ServerKeyFile => Path.Combine(_directory, "server.key");

    public string ClientCertificateFile => Path.Combine(_directory, "client.crt");

    public string ClientKeyFile => Path.Combine(_directory, "client.key");

    public void Dispose()
    {
        Authority.Dispose();
        Server.Dispose();
        _authorityKey.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private X509Certificate2 Issue(string name, string usage)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var bare = request.Create(Authority, Authority.NotBefore, Authority.NotAfter, RandomNumberGenerator.GetBytes(8));
        return bare.CopyWithPrivateKey(key);
    }
}
