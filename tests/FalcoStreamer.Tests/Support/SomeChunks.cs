using FalcoStreamer.Alerts;
using FalcoStreamer.Storage;

namespace FalcoStreamer.Tests.Support;

/// <summary>Chunks for outboxes.</summary>
internal static class SomeChunks
{
    public static OutboxChunk Chunk(int number, Priority priority = Priority.Notice, int bytes = 100, int records = 1, string sink = "fake") =>
        new(sink, priority, records, Some.Time + TimeSpan.FromSeconds(number), Bytes(number, bytes));

    /// <summary>The number that a chunk was made with.</summary>
    public static int NumberOf(OutboxChunk chunk) => BitConverter.ToInt32(chunk.Bytes.Span);

    private static byte[] Bytes(int number, int count)
    {
        var bytes = new byte[count];
        BitConverter.TryWriteBytes(bytes, number);
        return bytes;
    }
}
