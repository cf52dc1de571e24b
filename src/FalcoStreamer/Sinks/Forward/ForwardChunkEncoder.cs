using System.Buffers;
using FalcoStreamer.Alerts;
using FalcoStreamer.Storage;

namespace FalcoStreamer.Sinks.Forward;

/// <summary>Writes alerts into chunks for the outbox, those of one priority together. Incidents are not forwarded: the receiver knows alerts only.</summary>
internal sealed class ForwardChunkEncoder(string sink) : IRecordEncoder
{
    /// <summary>The most bytes of a chunk, unless one alert has more. Below 85 KB, so that it is no large object of the runtime's.</summary>
    public const int ChunkLimit = 64 * 1024;

    private readonly Pending[] _byPriority = [.. Enumerable.Range(0, (int)Priority.Debug + 1).Select(_ => new Pending())];
    private readonly List<OutboxChunk> _full = [];

    public void Add(SinkRecord record)
    {
        if (record is not AlertRecord { Alert: var alert, Received: var received })
        {
            return;
        }

        var body = AlertJson.Of(alert).Span;
        var pending = _byPriority[(int)alert.Priority];
        if (pending.Records > 0 && pending.Bytes.WrittenCount + ForwardChunk.HeadSize + body.Length > ChunkLimit)
        {
            Take(alert.Priority, _full);
        }

        pending.Oldest = pending.Records == 0 || received < pending.Oldest ? received : pending.Oldest;
        pending.Records++;
        ForwardChunk.WriteHead(pending.Bytes.GetSpan(ForwardChunk.HeadSize), body.Length);
        pending.Bytes.Advance(ForwardChunk.HeadSize);
        pending.Bytes.Write(body);
    }

    public void Drain(List<OutboxChunk> chunks)
    {
        chunks.AddRange(_full);
        _full.Clear();
        for (var priority = Priority.Emergency; priority <= Priority.Debug; priority++)
        {
            if (_byPriority[(int)priority].Records > 0)
            {
                Take(priority, chunks);
            }
        }
    }

    private void Take(Priority priority, List<OutboxChunk> chunks)
    {
        var pending = _byPriority[(int)priority];
        chunks.Add(new OutboxChunk(sink, priority, pending.Records, pending.Oldest, pending.Bytes.WrittenSpan.ToArray()));
        pending.Bytes.ResetWrittenCount();
        pending.Records = 0;
    }

    /// <summary>What was written since the last chunk.</summary>
    private sealed class Pending
    {
        public ArrayBufferWriter<byte> Bytes { get; } = new();

        public int Records { get; set; }

        public AlertTime Oldest { get; set; }
    }
}
