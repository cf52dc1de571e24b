using System.Globalization;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>
/// How the collector is reached, after the configuration and the standard variables of the OTLP exporter specification have been read:
/// <c>OTEL_EXPORTER_OTLP_LOGS_…</c> goes above <c>OTEL_EXPORTER_OTLP_…</c>, the configuration above both.
/// </summary>
internal sealed record OtlpSettings
{
    public required Uri Endpoint { get; init; }

    public required bool IsGrpc { get; init; }

    public required IReadOnlyList<(string Name, string Value)> Headers { get; init; }

    public required bool UseGzip { get; init; }

    public required TimeSpan Timeout { get; init; }

    /// <summary>Who signed the collector's certificate (PEM); null trusts the system's authorities.</summary>
    public string? CertificateFile { get; init; }

    public string? ClientCertificateFile { get; init; }

    public string? ClientKeyFile { get; init; }

    /// <summary>The settings; null when no endpoint is given anywhere, which turns the sink off.</summary>
    /// <param name="variable">Reads an environment variable.</param>
    /// <exception cref="FormatException">A value is wrong; the message names the key or variable and the remedy.</exception>
    public static OtlpSettings? From(OtlpOptions options, Func<string, string?> variable)
    {
        var isGrpc = ReadProtocol(options, variable);
        if (ReadEndpoint(options, variable, isGrpc) is not { } endpoint)
        {
            return null;
        }

        return new OtlpSettings
        {
            Endpoint = endpoint,
            IsGrpc = isGrpc,
            Headers = ReadHeaders(Of("HEADERS", variable)),
            UseGzip = ReadCompression(Of("COMPRESSION", variable)),
            Timeout = ReadTimeout(Of("TIMEOUT", variable)),
            CertificateFile = ReadFile(Of("CERTIFICATE", variable)),
            ClientCertificateFile = ReadFile(Of("CLIENT_CERTIFICATE", variable)),
            ClientKeyFile = ReadFile(Of("CLIENT_KEY", variable)),
        };
    }

    private static bool ReadProtocol(OtlpOptions options, Func<string, string?> variable)
    {
        var (name, value) = options.Protocol is { } configured ? ("sinks.otlp.protocol", configured) : Of("PROTOCOL", variable);
        return value switch
        {
            null or "grpc" => true,
            "http/protobuf" => false,
            _ => throw new FormatException($"{name} is \"{value}\"; it must be grpc or http/protobuf"),
        };
    }

    private static Uri? ReadEndpoint(OtlpOptions options, Func<string, string?> variable, bool isGrpc)
    {
        var (name, value) = options.Endpoint is { } configured ? ("sinks.otlp.endpoint", configured) : Of("ENDPOINT", variable);
        if (value is null)
        {
            return null;
        }

        // The specification lets a gRPC endpoint be host:port; what the insecure variable says decides then.
        var text = isGrpc && !value.Contains("://", StringComparison.Ordinal)
            ? $"{(Of("INSECURE", variable).Value == "true" ? "http" : "https")}://{value}"
            : value;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps))
        {
            throw new FormatException($"{name} is \"{value}\"; it must be http://host:port or https://host:port");
        }

        // Only an endpoint for logs alone is taken as it is.
        var isForLogs = name == "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT" || uri.AbsolutePath.EndsWith("/v1/logs", StringComparison.Ordinal);
        return isGrpc || isForLogs ? uri : new Uri($"{uri.AbsoluteUri.TrimEnd('/')}/v1/logs");
    }

    private static List<(string Name, string Value)> ReadHeaders((string Name, string? Value) setting)
    {
        var headers = new List<(string, string)>();
        foreach (var pair in (setting.Value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
            {
                throw new FormatException($"{setting.Name} must be a list of name=value with commas between them");
            }

            headers.Add((pair[..equals].Trim().ToLowerInvariant(), Uri.UnescapeDataString(pair[(equals + 1)..].Trim())));
        }

        return headers;
    }

    private static bool ReadCompression((string Name, string? Value) setting) => setting.Value switch
    {
        null or "gzip" => true,
        "none" => false,
        _ => throw new FormatException($"{setting.Name} is \"{setting.Value}\"; it must be gzip or none"),
    };

    private static TimeSpan ReadTimeout((string Name, string? Value) setting)
    {
        if (setting.Value is null)
        {
            return TimeSpan.FromSeconds(10);
        }

        return int.TryParse(setting.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds > 0
            ? TimeSpan.FromMilliseconds(milliseconds)
            : throw new FormatException($"{setting.Name} is \"{setting.Value}\"; it must be a number of milliseconds");
    }

    private static string? ReadFile((string Name, string? Value) setting) => setting.Value is null || File.Exists(setting.Value)
        ? setting.Value
        : throw new FormatException($"{setting.Name} names {setting.Value}, which is not there");

    /// <summary>A standard variable, that for logs first; an empty one counts as not set, as the specification says.</summary>
    private static (string Name, string? Value) Of(string what, Func<string, string?> variable)
    {
        var forLogs = $"OTEL_EXPORTER_OTLP_LOGS_{what}";
        if (variable(forLogs) is { Length: > 0 } own)
        {
            return (forLogs, own);
        }

        var general = $"OTEL_EXPORTER_OTLP_{what}";
        return (general, variable(general) is { Length: > 0 } value ? value : null);
    }
}
