using Google.Protobuf;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>What a collector answers: <c>ExportLogsServiceResponse</c> (protos/opentelemetry/proto/collector/logs/v1/logs_service.proto).</summary>
/// <param name="Rejected">How many records it will never take.</param>
/// <param name="Message">What it says about that.</param>
internal readonly record struct OtlpResponse(long Rejected, string Message)
{
    private const uint PartialSuccess = (1 << 3) | 2;
    private const uint RejectedRecords = 1 << 3;
    private const uint ErrorMessage = (2 << 3) | 2;

    /// <summary>Reads it; bytes that are no such response say nothing, because the status has said already that the records were taken.</summary>
    public static OtlpResponse Read(byte[] bytes)
    {
        var (rejected, message) = (0L, "");
        try
        {
            var response = new CodedInputStream(bytes);
            while (response.ReadTag() is not 0 and var tag)
            {
                if (tag != PartialSuccess)
                {
                    response.SkipLastField();
                    continue;
                }

                var partial = response.ReadBytes().CreateCodedInput();
                while (partial.ReadTag() is not 0 and var inner)
                {
                    switch (inner)
                    {
                        case RejectedRecords:
                            rejected = partial.ReadInt64();
                            break;
                        case ErrorMessage:
                            message = partial.ReadString();
                            break;
                        default:
                            partial.SkipLastField();
                            break;
                    }
                }
            }
        }
        catch (InvalidProtocolBufferException)
        {
            return default;
        }

        return new OtlpResponse(rejected, message);
    }
}
