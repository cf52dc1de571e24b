using Google.Protobuf;
using Grpc.Core;

namespace FalcoStreamer.Simulator.Collector;

/// <summary>Encodes a <c>google.rpc.Status</c> as the trailer <c>grpc-status-details-bin</c> carries it.</summary>
internal static class StatusDetails
{
    public static byte[] WithRetryInfo(StatusCode code, TimeSpan pause) => Message(status =>
    {
        status.WriteTag(1, WireFormat.WireType.Varint);
        status.WriteInt32((int)code);
        Nested(status, 3, any =>
        {
            any.WriteTag(1, WireFormat.WireType.LengthDelimited);
            any.WriteString("type.googleapis.com/google.rpc.RetryInfo");
            Nested(any, 2, retry => Nested(retry, 1, duration =>
            {
                duration.WriteTag(1, WireFormat.WireType.Varint);
                duration.WriteInt64((long)pause.TotalSeconds);
                duration.WriteTag(2, WireFormat.WireType.Varint);
                duration.WriteInt32(pause.Milliseconds * 1_000_000);
            }));
        });
    });

    private static void Nested(CodedOutputStream output, int field, Action<CodedOutputStream> write)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(Message(write)));
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
        {
            write(output);
        }

        return bytes.ToArray();
    }
}
