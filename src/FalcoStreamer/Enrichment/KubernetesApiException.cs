using System.Net;
using System.Text;
using System.Text.Json;

namespace FalcoStreamer.Enrichment;

/// <summary>The API server answered, but not with what was asked for.</summary>
/// <param name="message">The status and the server's own words.</param>
/// <param name="retryAfter">How long the server asked us to wait.</param>
internal sealed class KubernetesApiException(HttpStatusCode status, string message, TimeSpan? retryAfter = null) : Exception(message)
{
    private const int LongestBody = 16 * 1024;
    private const int LongestMessage = 300;

    public HttpStatusCode Status { get; } = status;

    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>Reads an answer that is no success: its body is a Status or, for 429, plain text (contracts/kubernetes.md).</summary>
    public static async Task<KubernetesApiException> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var body = new byte[LongestBody];
        using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var length = await stream.ReadAtLeastAsync(body, LongestBody, throwOnEndOfStream: false, cancellation);
        var words = WordsOf(body.AsSpan(0, length));
        if (words.Length > LongestMessage)
        {
            words = words[..LongestMessage];
        }

        return new KubernetesApiException(response.StatusCode, $"HTTP {(int)response.StatusCode}: {words}", response.Headers.RetryAfter?.Delta);
    }

    private static string WordsOf(ReadOnlySpan<byte> body)
    {
        if (body.Length > 0 && body[0] == (byte)'{')
        {
            try
            {
                if (JsonSerializer.Deserialize(body, KubernetesJsonContext.Default.StatusJson)?.Message is { } message)
                {
                    return message;
                }
            }
            catch (JsonException)
            {
                // Then its text is all there is.
            }
        }

        return Encoding.UTF8.GetString(body).Trim();
    }
}
