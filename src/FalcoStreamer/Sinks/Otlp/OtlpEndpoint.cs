namespace FalcoStreamer.Sinks.Otlp;

/// <summary>Reads the collector's address by the rules of the OTLP exporter specification.</summary>
internal static class OtlpEndpoint
{
    private const string LogsPath = "v1/logs";

    /// <summary>A server's address; without a scheme <paramref name="insecure"/> says whether it has TLS, and it has unless that is true.</summary>
    public static Uri Grpc(NamedSetting endpoint, NamedSetting? insecure)
    {
        var text = endpoint.Value.Contains("://", StringComparison.Ordinal)
            ? endpoint.Value
            : $"{(IsInsecure(insecure) ? "http" : "https")}://{endpoint.Value}";
        return Parse(endpoint, text, "http://collector:4317");
    }

    /// <summary>
    /// An address to post to. One for all signals is a base that <c>v1/logs</c> is appended to, unless it ends so already;
    /// one for logs alone is taken as it is.
    /// </summary>
    public static Uri Http(NamedSetting endpoint, bool isForLogsAlone)
    {
        var uri = Parse(endpoint, endpoint.Value, "http://collector:4318");
        var path = uri.AbsolutePath.TrimEnd('/');
        return isForLogsAlone || path.EndsWith("/" + LogsPath, StringComparison.Ordinal)
            ? uri
            : new UriBuilder(uri) { Path = $"{path}/{LogsPath}" }.Uri;
    }

    private static bool IsInsecure(NamedSetting? setting) => setting is { } insecure
        && (bool.TryParse(insecure.Value, out var value)
            ? value
            : throw new SinkSettingsException($"{insecure.Name} is \"{insecure.Value}\": it can be true or false"));

    private static Uri Parse(NamedSetting endpoint, string text, string example) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0 && uri.UserInfo.Length == 0
            ? uri
            : throw new SinkSettingsException(
                $"{endpoint.Name} is not an address with http or https and without a password: give one such as {example}, and send credentials as headers");
}
