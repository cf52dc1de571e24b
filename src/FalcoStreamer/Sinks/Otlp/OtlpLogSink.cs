using System.Buffers;
using FalcoStreamer.Storage;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>
/// Sends every alert and every change of an incident to an OpenTelemetry collector (contracts/otlp.md), each alert under the resource it
/// happened in. The OpenTelemetry SDK cannot do that, and serves the agent's own telemetry only.
/// </summary>
/// <remarks>
/// A chunk is an <c>ExportLogsServiceRequest</c>. Put one behind another they are one request, because parts of a protobuf message that are repeated
/// are joined (protobuf's encoding, "Last One Wins"), so nothing is encoded twice.
/// </remarks>
internal sealed class OtlpLogSink : IOutboxSink, IDisposable
{
    /// <summary>The most bytes of a request, uncompressed (contracts/otlp.md, "Wire"): a collector's usual limit is 4 MiB.</summary>
    public const int RequestLimit = 3 * 1024 * 1024;

    private readonly IOtlpTransport _transport;
    private readonly AgentTelemetry _telemetry;
    private bool _isRejecting;

    /// <param name="requestLimit">The most bytes of a request; only tests give less.</param>
    public OtlpLogSink(IOtlpTransport transport, OtlpContent content, AgentTelemetry telemetry, int requestLimit = RequestLimit)
    {
        _transport = transport;
        _telemetry = telemetry;
        MaxBytes = requestLimit;
        Encoder = new OtlpChunkEncoder(Name, content, telemetry, Math.Min(requestLimit, OtlpChunkEncoder.ChunkLimit));
    }

    public string Name => "otlp";

    public IRecordEncoder Encoder { get; }

    public int MaxBytes { get; }

    public async Task SendAsync(IReadOnlyList<OutboxChunk> chunks, CancellationToken cancellation)
    {
        if (chunks is [var only])
        {
            Account(await _transport.SendAsync(only.Bytes, cancellation));
            return;
        }

        var length = chunks.Sum(chunk => chunk.Bytes.Length);
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        var end = 0;
        foreach (var chunk in chunks)
        {
            chunk.Bytes.CopyTo(buffer.AsMemory(end));
            end += chunk.Bytes.Length;
        }

        Account(await _transport.SendAsync(buffer.AsMemory(0, length), cancellation));
        // Not after a failure: the rest of a cancelled request may still be read from it.
        ArrayPool<byte>.Shared.Return(buffer);
    }

    public void Dispose() => _transport.Dispose();

    /// <summary>Counts what a collector did not keep of a request it took, and logs the first of a row of such answers.</summary>
    private void Account(OtlpAnswer answer)
    {
        var isRejecting = answer.Rejected > 0 || answer.Message.Length > 0;
        if (isRejecting)
        {
            _telemetry.OtlpRecordsRejected(answer.Rejected, answer.Message, isFirst: !_isRejecting);
        }

        _isRejecting = isRejecting;
    }
}
