using Google.Protobuf;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>
/// The <c>google.rpc.RetryInfo</c> among the details of a gRPC status: only with it does RESOURCE_EXHAUSTED mean "later" (contracts/otlp.md).
/// </summary>
internal static class RetryInfo
{
    private const uint StatusDetails = (3 << 3) | 2;
    private const uint First = (1 << 3) | 2;
    private const uint Second = (2 << 3) | 2;
    private const uint Seconds = 1 << 3;
    private const uint Nanoseconds = 2 << 3;

    /// <summary>The pause that the receiver asks for; null when it asks for none.</summary>
    /// <param name="status">The trailer <c>grpc-status-details-bin</c>: a <c>google.rpc.Status</c>.</param>
    public static TimeSpan? Read(byte[]? status)
    {
        if (status is null)
        {
            return null;
        }

        try
        {
            return Walk(new CodedInputStream(status), StatusDetails, ReadDetail);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static TimeSpan? ReadDetail(CodedInputStream any)
    {
        var type = "";
        var value = ByteString.Empty;
        while (any.ReadTag() is not 0 and var tag)
        {
            switch (tag)
            {
                case First:
                    type = any.ReadString();
                    break;
                case Second:
                    value = any.ReadBytes();
                    break;
                default:
                    any.SkipLastField();
                    break;
            }
        }

        return type.EndsWith("/google.rpc.RetryInfo", StringComparison.Ordinal)
            ? Walk(value.CreateCodedInput(), First, ReadDuration)
            : null;
    }

    private static TimeSpan? ReadDuration(CodedInputStream duration)
    {
        var (seconds, nanoseconds) = (0L, 0);
        while (duration.ReadTag() is not 0 and var tag)
        {
            switch (tag)
            {
                case Seconds:
                    seconds = duration.ReadInt64();
                    break;
                case Nanoseconds:
                    nanoseconds = duration.ReadInt32();
                    break;
                default:
                    duration.SkipLastField();
                    break;
            }
        }

        return TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 3600)) + TimeSpan.FromMicroseconds(nanoseconds / 1000.0);
    }

    /// <summary>The first answer that one of the submessages <paramref name="wanted"/> gives.</summary>
    private static TimeSpan? Walk(CodedInputStream message, uint wanted, Func<CodedInputStream, TimeSpan?> read)
    {
        while (message.ReadTag() is not 0 and var tag)
        {
            if (tag != wanted)
            {
                message.SkipLastField();
            }
            else if (read(message.ReadBytes().CreateCodedInput()) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}
