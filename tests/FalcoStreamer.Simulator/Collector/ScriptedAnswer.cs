using Google.Protobuf;
using Microsoft.AspNetCore.Connections.Features;
using OpenTelemetry.Proto.Collector.Logs.V1;

namespace FalcoStreamer.Simulator.Collector;

/// <summary>What both endpoints do with an answer of the script.</summary>
internal static class ScriptedAnswer
{
    private static readonly object Key = new();

    public static void Set(HttpContext context, CollectorAnswer answer) => context.Items[Key] = answer;

    public static CollectorAnswer Of(HttpContext context) => (CollectorAnswer)context.Items[Key]!;

    /// <summary>Waits until the client has gone.</summary>
    public static Task HangAsync(CancellationToken gone) => new TaskCompletionSource().Task.WaitAsync(gone);

    /// <summary>Breaks the whole connection, not only the stream of an HTTP/2 request.</summary>
    public static void Reset(HttpContext context)
    {
        context.Features.Get<IConnectionLifetimeFeature>()?.Abort();
        context.Abort();
    }

    public static ExportLogsServiceResponse Response(CollectorAnswer answer) => answer is CollectorAnswer.Partial partial
        ? new ExportLogsServiceResponse
        {
            PartialSuccess = new ExportLogsPartialSuccess { RejectedLogRecords = partial.Rejected, ErrorMessage = partial.Message },
        }
        : new ExportLogsServiceResponse();

    public static IReadOnlyDictionary<string, string> HeadersOf(HttpContext context) =>
        context.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString());

    /// <summary>A protobuf message that no file of ours describes.</summary>
    public static ByteString Message(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
        {
            write(output);
        }

        return ByteString.CopyFrom(bytes.ToArray());
    }
}
