using FalcoStreamer.Sinks;
using FalcoStreamer.Sinks.Otlp;
using FalcoStreamer.Storage;

namespace FalcoStreamer.Tests.Sinks.Otlp;

/// <summary>Gives records to a sink as they come to it: encoded, out of an outbox, as many at once as it takes.</summary>
internal static class OtlpSending
{
    public static async Task SendAsync(this OtlpLogSink sink, IReadOnlyList<SinkRecord> records, CancellationToken cancellation)
    {
        var outbox = new MemoryOutbox(long.MaxValue, dropped: _ => Assert.Fail("nothing is dropped"));
        sink.Encode(records).ForEach(outbox.Add);
        outbox.Complete();
        while (await outbox.WaitAsync(cancellation))
        {
            var chunks = await outbox.ReadAsync(sink.MaxBytes, cancellation);
            await sink.SendAsync(chunks, cancellation);
            await outbox.RemoveAsync(chunks);
        }
    }

    public static List<OutboxChunk> Encode(this OtlpLogSink sink, IReadOnlyList<SinkRecord> records)
    {
        var chunks = new List<OutboxChunk>();
        foreach (var record in records)
        {
            sink.Encoder.Add(record);
        }

        sink.Encoder.Drain(chunks);
        return chunks;
    }
}
