using System.Net.Security;

namespace FalcoStreamer.Sinks.Forward;

/// <summary>How to reach the receiver.</summary>
/// <param name="Url">What is posted to.</param>
/// <param name="Headers">Sent with each request, in lower case.</param>
/// <param name="Timeout">For one request.</param>
/// <param name="Tls">For https.</param>
internal sealed record ForwardSettings(Uri Url, IReadOnlyDictionary<string, string> Headers, TimeSpan Timeout, SslClientAuthenticationOptions Tls)
{
    /// <summary>The receiver for messages: without the query, which may hold a token.</summary>
    public string Receiver => Url.GetLeftPart(UriPartial.Path);

    /// <summary>Reads the settings of a sink that is on.</summary>
    /// <exception cref="SinkSettingsException">One of them is wrong.</exception>
    public static ForwardSettings From(ForwardOptions options)
    {
        var url = ReadUrl(options.Url);
        var (authorities, certificate, key) = (Named("caFile", options.CaFile), Named("certificateFile", options.CertificateFile), Named("keyFile", options.KeyFile));
        if (certificate is null != key is null)
        {
            throw new SinkSettingsException(
                $"{(certificate ?? key)!.Value.Name} is set alone: mutual TLS needs both sinks.forward.certificateFile and sinks.forward.keyFile");
        }

        if (url.Scheme == Uri.UriSchemeHttp && (authorities ?? certificate) is { } unused)
        {
            throw new SinkSettingsException($"{unused.Name} is set, but sinks.forward.url is http://, which uses no certificates: write https://");
        }

        return new ForwardSettings(
            url,
            RequestHeaders.Check("sinks.forward.headers", options.Headers ?? []),
            options.Timeout > TimeSpan.Zero && options.Timeout <= TimeSpan.FromHours(1)
                ? options.Timeout
                : throw new SinkSettingsException($"sinks.forward.timeout is {options.Timeout}: give more than 0 and at most an hour, e.g. \"00:00:10\""),
            ClientTls.Load(authorities, certificate, key));
    }

    private static Uri ReadUrl(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new SinkSettingsException(
                "sinks.forward.enabled is true, but sinks.forward.url names no receiver: give one such as http://falcosidekick.falco.svc:2801/");
        }

        return Uri.TryCreate(text.Trim(), UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0 && uri.UserInfo.Length == 0
            ? uri
            : throw new SinkSettingsException(
                "sinks.forward.url is not an address with http or https and without a password: give one such as http://falcosidekick.falco.svc:2801/, and send credentials as headers");
    }

    private static NamedSetting? Named(string key, string? value) =>
        string.IsNullOrWhiteSpace(value) ? null : new NamedSetting($"sinks.forward.{key}", value.Trim());
}
