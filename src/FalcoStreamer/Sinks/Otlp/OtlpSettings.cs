using System.Globalization;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>The two ways to a collector.</summary>
internal enum OtlpProtocol
{
    Grpc,
    HttpProtobuf,
}

/// <summary>How to reach the collector, from the configuration and the standard variables.</summary>
internal sealed record OtlpSettings
{
    /// <summary>Over HTTP the address that is posted to, over gRPC the server's.</summary>
    public required Uri Endpoint { get; init; }

    public required OtlpProtocol Protocol { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public bool Gzip { get; init; } = true;

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The file with the authorities for the collector's certificate; null means the system's.</summary>
    public NamedSetting? Certificate { get; init; }

    public NamedSetting? ClientKey { get; init; }

    public NamedSetting? ClientCertificate { get; init; }

    /// <summary>Reads the settings; null where the sink is off, since nothing names a collector or <c>enabled</c> is false.</summary>
    /// <exception cref="SinkSettingsException">One of them is wrong.</exception>
    public static OtlpSettings? From(OtlpOptions options, Func<string, string?> environment)
    {
        var variables = new OtlpEnvironment(environment);
        var configured = string.IsNullOrWhiteSpace(options.Endpoint) ? (NamedSetting?)null : new("sinks.otlp.endpoint", options.Endpoint.Trim());
        var named = configured ?? variables.Find("ENDPOINT");
        if (!options.Enabled || named is not { } endpoint)
        {
            return null;
        }

        var configuredProtocol = new NamedSetting("sinks.otlp.protocol", options.Protocol);
        // "grpc" is also the default, so the environment decides where it names the endpoint.
        var protocol = ReadProtocol(configured is null ? variables.Find("PROTOCOL") ?? configuredProtocol : configuredProtocol);
        var (key, certificate) = (
            variables.Or(options.ClientKey, "clientKey", "CLIENT_KEY"),
            variables.Or(options.ClientCertificate, "clientCertificate", "CLIENT_CERTIFICATE"));
        RequirePair(key, certificate);
        var isForLogsAlone = configured is null && variables.ForLogs("ENDPOINT") is not null;
        return new OtlpSettings
        {
            Protocol = protocol,
            Endpoint = protocol == OtlpProtocol.Grpc
                ? OtlpEndpoint.Grpc(endpoint, variables.Find("INSECURE"))
                : OtlpEndpoint.Http(endpoint, isForLogsAlone),
            Headers = options.Headers is { Count: > 0 } headers
                ? RequestHeaders.Check("sinks.otlp.headers", headers)
                : OtlpHeaders.Read(variables.Find("HEADERS")),
            Gzip = ReadCompression(variables.Or(options.Compression, "compression", "COMPRESSION")),
            Timeout = ReadTimeout(options.Timeout, variables.Find("TIMEOUT")),
            Certificate = variables.Or(options.Certificate, "certificate", "CERTIFICATE"),
            ClientKey = key,
            ClientCertificate = certificate,
        };
    }

    private static OtlpProtocol ReadProtocol(NamedSetting setting) => setting.Value switch
    {
        "grpc" => OtlpProtocol.Grpc,
        "http/protobuf" => OtlpProtocol.HttpProtobuf,
        var other => throw new SinkSettingsException($"{setting.Name} is \"{other}\": it can be \"grpc\" or \"http/protobuf\""),
    };

    private static bool ReadCompression(NamedSetting? setting) => setting?.Value switch
    {
        null or "gzip" => true,
        "none" => false,
        var other => throw new SinkSettingsException($"{setting.Value.Name} is \"{other}\": it can be \"gzip\" or \"none\""),
    };

    private static TimeSpan ReadTimeout(TimeSpan? configured, NamedSetting? variable)
    {
        if (configured is { } span)
        {
            return span > TimeSpan.Zero && span <= TimeSpan.FromHours(1)
                ? span
                : throw new SinkSettingsException($"sinks.otlp.timeout is {span}: give more than 0 and at most an hour, e.g. \"00:00:10\"");
        }

        if (variable is not { } setting)
        {
            return TimeSpan.FromSeconds(10);
        }

        return int.TryParse(setting.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds is > 0 and <= 3_600_000
            ? TimeSpan.FromMilliseconds(milliseconds)
            : throw new SinkSettingsException($"{setting.Name} is \"{setting.Value}\": give milliseconds, 1 to 3600000, e.g. 10000");
    }

    private static void RequirePair(NamedSetting? key, NamedSetting? certificate)
    {
        if (key is null != certificate is null)
        {
            throw new SinkSettingsException(
                $"{(key ?? certificate)!.Value.Name} is set alone: mutual TLS needs both sinks.otlp.clientCertificate and sinks.otlp.clientKey, or their variables");
        }
    }
}
