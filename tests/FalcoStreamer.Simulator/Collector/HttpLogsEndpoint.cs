using System.IO.Compression;
using Google.Protobuf;

namespace FalcoStreamer.Simulator.Collector;

/// <summary>The collector's <c>/v1/logs</c>, with the manners of the Go collector's receiver.</summary>
internal sealed class HttpLogsEndpoint(CollectorStore store)
{
    private const string Protobuf = "application/x-protobuf";

    public async Task HandleAsync(HttpContext context)
    {
        var answer = ScriptedAnswer.Of(context);
        if (context.Request.ContentType != Protobuf)
        {
            await RefuseAsync(context, StatusCodes.Status415UnsupportedMediaType, "only application/x-protobuf is taken here");
            return;
        }

        var encoding = (string?)context.Request.Headers.ContentEncoding;
        if (await ReadAsync(context, encoding) is not { } body)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, $"the body is not {encoding}");
            return;
        }

        switch (answer)
        {
            case CollectorAnswer.Hang:
                await ScriptedAnswer.HangAsync(context.RequestAborted);
                return;
            case CollectorAnswer.HttpError error:
                context.Response.Headers.RetryAfter = error.RetryAfter;
                await RefuseAsync(context, error.Status, error.Detail);
                return;
        }

        try
        {
            store.Take(new CollectedRequest(body, body.Length, encoding, ScriptedAnswer.HeadersOf(context)));
        }
        catch (InvalidProtocolBufferException exception)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, exception.Message);
            return;
        }

        if (answer is CollectorAnswer.TakeAndReset)
        {
            ScriptedAnswer.Reset(context);
            return;
        }

        context.Response.ContentType = Protobuf;
        await context.Response.Body.WriteAsync(ScriptedAnswer.Response(answer).ToByteArray(), context.RequestAborted);
    }

    private static async Task<byte[]?> ReadAsync(HttpContext context, string? encoding)
    {
        using var body = new MemoryStream();
        try
        {
            switch (encoding)
            {
                case null or "":
                    await context.Request.Body.CopyToAsync(body, context.RequestAborted);
                    return body.ToArray();
                case "gzip":
                    await using (var gzip = new GZipStream(context.Request.Body, CompressionMode.Decompress))
                    {
                        await gzip.CopyToAsync(body, context.RequestAborted);
                    }

                    return body.ToArray();
                default:
                    return null;
            }
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>The body of an error is a <c>google.rpc.Status</c>.</summary>
    private static async Task RefuseAsync(HttpContext context, int status, string detail)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = Protobuf;
        var message = ScriptedAnswer.Message(output =>
        {
            output.WriteTag(2, WireFormat.WireType.LengthDelimited);
            output.WriteString(detail);
        });
        await context.Response.Body.WriteAsync(message.Memory, context.RequestAborted);
    }
}
