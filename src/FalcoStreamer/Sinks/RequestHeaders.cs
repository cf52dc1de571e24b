using System.Buffers;

namespace FalcoStreamer.Sinks;

/// <summary>Checks the headers that are sent with each request. A message about them never holds a value: it may be a secret.</summary>
internal static class RequestHeaders
{
    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static readonly string[] Ours =
        ["connection", "content-encoding", "content-length", "content-type", "host", "te", "transfer-encoding"];

    /// <summary>The headers in lower case, as HTTP/2 wants them.</summary>
    /// <param name="setting">Where they come from, for a message.</param>
    /// <exception cref="SinkSettingsException">One is not allowed by HTTP, or is the sink's own.</exception>
    public static IReadOnlyDictionary<string, string> Check(string setting, IReadOnlyDictionary<string, string> headers)
    {
        var checkedHeaders = new Dictionary<string, string>();
        foreach (var (name, value) in headers)
        {
            var lower = name.ToLowerInvariant();
            if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(Token))
            {
                throw new SinkSettingsException($"{setting} has a header whose name has characters that HTTP does not allow: use letters, digits and hyphens");
            }

            if (Ours.Contains(lower) || lower.StartsWith("grpc-", StringComparison.Ordinal) || lower.EndsWith("-bin", StringComparison.Ordinal))
            {
                throw new SinkSettingsException($"{setting} sets the header {lower}, which belongs to the protocol: leave it out");
            }

            if (value.Any(character => character is < ' ' or > '~'))
            {
                throw new SinkSettingsException($"{setting} gives the header {lower} a value with characters that HTTP does not allow: use ASCII");
            }

            checkedHeaders[lower] = value;
        }

        return checkedHeaders;
    }
}
