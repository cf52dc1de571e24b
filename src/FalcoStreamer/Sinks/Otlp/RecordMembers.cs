using FalcoStreamer.Alerts;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>The members that every <c>LogRecord</c> of ours has, by the numbers of protos/opentelemetry/proto/logs/v1/logs.proto.</summary>
internal static class RecordMembers
{
    /// <summary>The member that holds the attributes.</summary>
    public const int Attributes = 6;

    /// <summary>The most bytes of a body (design.md, "Limits and figures").</summary>
    public const int BodyLimit = 16 * 1024;

    public static void WriteHead(ProtobufWriter writer, AlertTime time, Priority priority)
    {
        writer.WriteFixed64(1, (ulong)time.UnixNanoseconds);
        writer.WriteVarint(2, Severity.NumberOf(priority));
        writer.WriteBytes(3, Severity.WordOf(priority));
    }

    public static void WriteBody(ProtobufWriter writer, ReadOnlySpan<byte> text)
    {
        writer.WriteHead(5, ProtobufWriter.SizeOfField(text.Length));
        writer.WriteBytes(1, text);
    }

    public static void WriteTail(ProtobufWriter writer, uint attributesLeftOut, AlertTime observed, ReadOnlySpan<byte> eventName)
    {
        if (attributesLeftOut > 0)
        {
            writer.WriteVarint(7, attributesLeftOut);
        }

        writer.WriteFixed64(11, (ulong)observed.UnixNanoseconds);
        writer.WriteBytes(12, eventName);
    }
}
