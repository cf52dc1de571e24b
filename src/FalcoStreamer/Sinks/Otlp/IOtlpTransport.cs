using System.Globalization;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>Carries a request to the collector.</summary>
internal interface IOtlpTransport : IDisposable
{
    /// <summary>Sends one encoded <c>ExportLogsServiceRequest</c>, once. Called by one caller at a time.</summary>
    /// <exception cref="SinkException">The collector did not take it.</exception>
    Task<OtlpAnswer> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation);
}

/// <summary>What a collector said that took a request.</summary>
/// <param name="Rejected">How many of its records it did not keep; they must not be sent again.</param>
/// <param name="Message">Why, or a warning; empty where it said nothing.</param>
internal sealed record OtlpAnswer(long Rejected, string Message)
{
    public static OtlpAnswer Full { get; } = new(0, "");
}

/// <summary>Makes the transport that the settings ask for.</summary>
internal static class OtlpTransport
{
    /// <exception cref="SinkSettingsException">A certificate cannot be read.</exception>
    public static IOtlpTransport Create(OtlpSettings settings, TimeProvider clock) => settings.Protocol == OtlpProtocol.Grpc
        ? new OtlpGrpcTransport(settings, MakeHandler(settings), clock)
        : new OtlpHttpTransport(settings, MakeHandler(settings), clock);

    /// <summary>What to say when <see cref="OtlpSettings.Timeout"/> has passed.</summary>
    public static SinkException TimedOut(OtlpSettings settings, Exception inner) => new(
        string.Create(CultureInfo.InvariantCulture, $"The collector at {settings.Endpoint} did not answer within {settings.Timeout.TotalSeconds} s."),
        isTransient: true,
        inner: inner);

    private static SocketsHttpHandler MakeHandler(OtlpSettings settings) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = settings.Timeout,
        // A Service's address stays while its pods change: going there anew spreads agents over them.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        // A collector that vanished without a word is noticed before the next batch.
        KeepAlivePingDelay = TimeSpan.FromSeconds(30),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
        SslOptions = ClientTls.Load(settings.Certificate, settings.ClientCertificate, settings.ClientKey),
    };
}
