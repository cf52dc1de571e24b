using System.Buffers;
using System.IO.Compression;
using FalcoStreamer.Alerts;

namespace FalcoStreamer.Sources.Http;

/// <summary>What a request brought: an alert, or the status and the sentence of a refusal.</summary>
internal readonly record struct AlertBody(FalcoAlert? Alert, int Status, string Reason)
{
    /// <summary>The largest body, also after decompression.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>Reads one alert: Falco's own form or falcosidekick's, plain or gzip.</summary>
    /// <exception cref="IOException">The client went away in the middle.</exception>
    public static async Task<AlertBody> ReadAsync(HttpContext context)
    {
        var encoding = context.Request.Headers.ContentEncoding.ToString();
        var isGzip = encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase);
        if (!isGzip && encoding.Length > 0 && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return Refused(StatusCodes.Status415UnsupportedMediaType, "the Content-Encoding must be gzip, or none");
        }

        if (context.Request.ContentLength > MaxBytes)
        {
            return TooLarge();
        }

        try
        {
            if (!isGzip)
            {
                return Parse(await ReadToEndAsync(context.Request.Body, context.Request.ContentLength, context.RequestAborted));
            }

            await using var plain = new GZipStream(context.Request.Body, CompressionMode.Decompress);
            return Parse(await ReadToEndAsync(plain, null, context.RequestAborted));
        }
        catch (BadHttpRequestException exception)
        {
            return Refused(exception.StatusCode, exception.Message);
        }
        catch (InvalidDataException exception)
        {
            return Refused(StatusCodes.Status400BadRequest, $"the body is not gzip: {exception.Message}");
        }
    }

    private static AlertBody Parse(byte[]? body)
    {
        if (body is null)
        {
            return TooLarge();
        }

        try
        {
            return new AlertBody(FalcoAlert.FromJson(body), StatusCodes.Status200OK, "");
        }
        catch (AlertFormatException exception)
        {
            return Refused(StatusCodes.Status400BadRequest, $"this is not one of Falco's alerts: {exception.Message}");
        }
    }

    /// <summary>The whole stream in an array of its own, which the alert keeps; null when it is longer than allowed.</summary>
    private static async Task<byte[]?> ReadToEndAsync(Stream stream, long? length, CancellationToken aborted)
    {
        if (length is { } known)
        {
            var exact = new byte[known];
            await stream.ReadExactlyAsync(exact, aborted);
            return exact;
        }

        var rented = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            var filled = 0;
            while (await stream.ReadAsync(rented.AsMemory(filled), aborted) is > 0 and var read)
            {
                filled += read;
                if (filled > MaxBytes)
                {
                    return null;
                }

                if (filled == rented.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(rented.Length * 2);
                    rented.CopyTo(larger, 0);
                    ArrayPool<byte>.Shared.Return(rented);
                    rented = larger;
                }
            }

            return rented.AsSpan(0, filled).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static AlertBody TooLarge() => Refused(StatusCodes.Status413PayloadTooLarge, $"an alert may have {MaxBytes} bytes");

    private static AlertBody Refused(int status, string reason) => new(null, status, reason);
}
