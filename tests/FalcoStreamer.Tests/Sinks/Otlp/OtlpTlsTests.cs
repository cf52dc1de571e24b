using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FalcoStreamer.Simulator.Collector;
using FalcoStreamer.Sinks;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Sinks.Otlp;

public sealed class OtlpTlsTests : IDisposable
{
    private static readonly SinkRecord Record = OtlpScene.Record(Some.Alert());
    private static readonly DateTimeOffset From = TimeProvider.System.GetUtcNow().AddDays(-1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    private readonly X509Certificate2 _authority = MakeAuthority("collector authority");
    private readonly X509Certificate2 _server;

    public OtlpTlsTests() => _server = Issue(_authority, "localhost");

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _authority.Dispose();
        _server.Dispose();
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task Delivers_OverMutualTls(string protocol)
    {
        using var client = Issue(_authority, "falcostreamer");
        await using var scene = await OtlpScene.StartAsync(
            protocol,
            configure: options =>
            {
                options.Certificate = Save("ca.pem", _authority.ExportCertificatePem());
                options.ClientCertificate = Save("tls.crt", client.ExportCertificatePem());
                options.ClientKey = Save("tls.key", client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
            },
            collectorOptions: new CollectorOptions { Certificate = _server, ClientAuthority = _authority });

        await scene.SendAsync(Record);

        Assert.Equal(1, scene.Store.RecordCount);
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task SendsNothing_ToACollectorOfAnotherAuthority(string protocol)
    {
        using var other = MakeAuthority("another authority");
        await using var scene = await OtlpScene.StartAsync(
            protocol,
            configure: options => options.Certificate = Save("ca.pem", other.ExportCertificatePem()),
            collectorOptions: new CollectorOptions { Certificate = _server });

        var exception = await Assert.ThrowsAsync<SinkException>(() => scene.SendAsync(Record));

        Assert.True(exception.IsTransient);
        Assert.Equal(0, scene.Store.Arrivals);
    }

    private string Save(string name, string pem)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, pem);
        return path;
    }

    private static X509Certificate2 MakeAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        return request.CreateSelfSigned(From, From.AddDays(10));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, From, From.AddDays(9), [1, 2, 3, 4]);
        return certificate.CopyWithPrivateKey(key);
    }
}
