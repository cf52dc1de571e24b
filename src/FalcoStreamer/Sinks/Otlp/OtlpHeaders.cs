using System.Buffers;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>Reads the headers that are sent with each request. A message about them never holds a value: it may be a secret.</summary>
internal static class OtlpHeaders
{
    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static readonly string[] Ours =
        ["connection", "content-encoding", "content-length", "content-type", "host", "te", "transfer-encoding"];

    /// <summary>Reads <c>name=value,name=value</c>, whose values are percent-encoded.</summary>
    public static IReadOnlyDictionary<string, string> Read(NamedSetting? setting)
    {
        if (setting is not { } headers)
        {
            return new Dictionary<string, string>();
        }

        var read = new Dictionary<string, string>();
        foreach (var pair in headers.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new OtlpSettingsException($"{headers.Name} must be name=value pairs with commas between them; the {read.Count + 1}. is not one");
            }

            read[Uri.UnescapeDataString(pair[..equals].Trim())] = Uri.UnescapeDataString(pair[(equals + 1)..].Trim());
        }

        return Check(headers.Name, read);
    }

    /// <summary>The headers in lower case, as HTTP/2 wants them.</summary>
    public static IReadOnlyDictionary<string, string> Check(string setting, IReadOnlyDictionary<string, string> headers)
    {
        var checkedHeaders = new Dictionary<string, string>();
        foreach (var (name, value) in headers)
        {
            var lower = name.ToLowerInvariant();
            if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(Token))
            {
                throw new OtlpSettingsException($"{setting} has a header whose name has characters that HTTP does not allow: use letters, digits and hyphens");
            }

            if (Ours.Contains(lower) || lower.StartsWith("grpc-", StringComparison.Ordinal) || lower.EndsWith("-bin", StringComparison.Ordinal))
            {
                throw new OtlpSettingsException($"{setting} sets the header {lower}, which belongs to the protocol: leave it out");
            }

            if (value.Any(character => character is < ' ' or > '~'))
            {
                throw new OtlpSettingsException($"{setting} gives the header {lower} a value with characters that HTTP does not allow: use ASCII");
            }

            checkedHeaders[lower] = value;
        }

        return checkedHeaders;
    }
}
