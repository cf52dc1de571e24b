using System.Buffers.Binary;

namespace FalcoStreamer.Sinks.Forward;

/// <summary>
/// How alerts lie in a chunk: each as the body that will be posted, with its length before it (32 bits, little-endian). Not one a line, because an
/// alert may come with line breaks in it, and its bytes must stay what they are.
/// </summary>
internal static class ForwardChunk
{
    /// <summary>The bytes that stand before a body.</summary>
    public const int HeadSize = sizeof(int);

    /// <summary>Writes what stands before a body.</summary>
    public static void WriteHead(Span<byte> head, int length) => BinaryPrimitives.WriteInt32LittleEndian(head, length);

    /// <summary>The bodies in a chunk, over its bytes.</summary>
    /// <exception cref="SinkException">It was not written by us, or not to its end.</exception>
    public static List<ReadOnlyMemory<byte>> Read(ReadOnlyMemory<byte> chunk)
    {
        var bodies = new List<ReadOnlyMemory<byte>>();
        while (chunk.Length > 0)
        {
            var length = chunk.Length < HeadSize ? -1 : BinaryPrimitives.ReadInt32LittleEndian(chunk.Span);
            if (length < 0 || length > chunk.Length - HeadSize)
            {
                throw new SinkException("What waited for the receiver is damaged.", isTransient: false);
            }

            bodies.Add(chunk.Slice(HeadSize, length));
            chunk = chunk[(HeadSize + length)..];
        }

        return bodies;
    }
}
