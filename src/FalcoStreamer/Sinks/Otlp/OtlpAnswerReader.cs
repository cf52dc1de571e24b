using Google.Protobuf;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>
/// Reads the few small messages that a collector answers with. Their texts need not be valid UTF-8 and are cut, since they go to our log.
/// </summary>
internal static class OtlpAnswerReader
{
    /// <summary>The most bytes of an answer that are looked at.</summary>
    public const int Limit = 64 * 1024;

    /// <summary>Reads an <c>ExportLogsServiceResponse</c>. The records are taken whatever it holds, so one that cannot be read is only remarked on.</summary>
    public static OtlpAnswer ReadResponse(byte[] message)
    {
        try
        {
            return Member(message, 1) is { } partial ? ReadPartialSuccess(partial) : OtlpAnswer.Full;
        }
        catch (InvalidProtocolBufferException)
        {
            return new OtlpAnswer(0, "its answer is no ExportLogsServiceResponse, is it a collector?");
        }
    }

    /// <summary>Reads the <c>google.rpc.RetryInfo</c> among the details of a <c>google.rpc.Status</c>; null where there is none.</summary>
    public static TimeSpan? ReadRetryDelay(byte[] status)
    {
        try
        {
            var input = new CodedInputStream(status);
            while (input.ReadTag() is var tag and not 0)
            {
                if (tag != Tag(3))
                {
                    input.SkipLastField();
                }
                else if (ReadRetryInfo(input.ReadBytes().ToByteArray()) is { } delay)
                {
                    return delay;
                }
            }
        }
        catch (InvalidProtocolBufferException)
        {
            // Details that cannot be read are none.
        }

        return null;
    }

    /// <summary>The message of a <c>google.rpc.Status</c>, which the body of an HTTP error is; empty where it is not.</summary>
    public static string ReadStatusMessage(byte[] status)
    {
        try
        {
            return Member(status, 2) is { } message ? Readable(message) : "";
        }
        catch (InvalidProtocolBufferException)
        {
            return "";
        }
    }

    /// <summary>A text of the collector's for our log: one line, not too long.</summary>
    public static string Readable(ReadOnlySpan<byte> text) =>
        System.Text.Encoding.UTF8.GetString(new OtlpText().Clean(text, 512, TextForm.Visible));

    private static OtlpAnswer ReadPartialSuccess(byte[] partial)
    {
        var (rejected, message) = (0L, "");
        var input = new CodedInputStream(partial);
        while (input.ReadTag() is var tag and not 0)
        {
            switch (tag)
            {
                case 1 << 3:
                    rejected = input.ReadInt64();
                    break;
                case (2 << 3) | 2:
                    message = Readable(input.ReadBytes().Span);
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return new OtlpAnswer(Math.Max(0, rejected), message);
    }

    private static TimeSpan? ReadRetryInfo(byte[] any)
    {
        if (Member(any, 1) is not { } type || !type.AsSpan().EndsWith("/google.rpc.RetryInfo"u8))
        {
            return null;
        }

        // No delay means: try again at once.
        var (seconds, nanoseconds) = (0L, 0);
        if (Member(any, 2) is { } info && Member(info, 1) is { } duration)
        {
            var input = new CodedInputStream(duration);
            while (input.ReadTag() is var tag and not 0)
            {
                switch (tag)
                {
                    case 1 << 3:
                        seconds = input.ReadInt64();
                        break;
                    case 2 << 3:
                        nanoseconds = input.ReadInt32();
                        break;
                    default:
                        input.SkipLastField();
                        break;
                }
            }
        }

        const long most = 24 * 60 * 60;
        return TimeSpan.FromSeconds(Math.Clamp(seconds, 0, most)) + TimeSpan.FromMicroseconds(Math.Clamp(nanoseconds, 0, 999_999_999) / 1000);
    }

    /// <summary>The bytes of the length-delimited member <paramref name="field"/>, the last one if there are several.</summary>
    private static byte[]? Member(byte[] message, int field)
    {
        byte[]? found = null;
        var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and not 0)
        {
            if (tag == Tag(field))
            {
                found = input.ReadBytes().ToByteArray();
            }
            else
            {
                input.SkipLastField();
            }
        }

        return found;
    }

    private static uint Tag(int field) => (uint)((field << 3) | 2);
}
