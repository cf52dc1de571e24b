using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;

namespace FalcoStreamer.Sources;

/// <summary>Makes the channel to Falco: over its unix socket, or over TCP with mutual TLS.</summary>
internal static class FalcoChannel
{
    private const int LargestAlert = 64 * 1024 * 1024;
    private const int StreamWindow = 1024 * 1024;

    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(5);

    /// <summary>A channel that has not connected yet. Certificates are read now, so a new channel takes renewed ones.</summary>
    /// <exception cref="IOException">A certificate file cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A certificate file is not what it should be.</exception>
    /// <exception cref="InvalidOperationException">The options make no sense.</exception>
    public static GrpcChannel Create(GrpcSourceOptions options)
    {
        if (options.Problem() is { } problem)
        {
            throw new InvalidOperationException(problem);
        }

        // No keepalive pings: Falco's server has gRPC's defaults and would end a connection that pings more than once in five minutes.
        // Our requests, ten a second at least, show a dead peer as well.
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectTimeout = ConnectPatience,
            InitialHttp2StreamWindowSize = StreamWindow,
        };
        if (options.SocketPath is { } path)
        {
            handler.ConnectCallback = (_, cancellation) => ConnectAsync(path, cancellation);
        }
        else
        {
            handler.SslOptions = MutualTls(options);
        }

        return GrpcChannel.ForAddress(options.SocketPath is null ? options.Address : "http://localhost", new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            // The library's 4 MiB would end the stream, and with it all that Falco had popped, for one large alert.
            MaxReceiveMessageSize = LargestAlert,
        });
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SslClientAuthenticationOptions MutualTls(GrpcSourceOptions options)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(options.CertificateFile!);
        var certificate = X509Certificate2.CreateFromPemFile(options.CertificateFile!, options.KeyFile);
        var roots = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        roots.CustomTrustStore.ImportFromPemFile(options.CaFile!);
        return new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.None, // the operating system's choice
            ClientCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
            CertificateChainPolicy = roots,
        };
    }
}
