using System.Text;
using FalcoStreamer.Alerts;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>
/// Reads the log records out of the bytes of an <c>ExportLogsServiceRequest</c> that <see cref="LogsRequestEncoder"/> wrote, so that what waits for a
/// collector can be shown. Reads the whole of them before it gives anything, so a damaged request gives an error and not half of its records.
/// </summary>
internal static class OtlpRecordReader
{
    /// <summary>The records, in their order.</summary>
    /// <exception cref="OtlpFormatException">The bytes are not such a request.</exception>
    public static IReadOnlyList<OtlpRecord> Read(ReadOnlySpan<byte> request)
    {
        var records = new List<OtlpRecord>();
        var reader = new ProtobufReader(request);
        while (reader.ReadMember() is var member and not 0)
        {
            if (member == 1)
            {
                ReadResourceLogs(reader.ReadBytes(), records);
            }
            else
            {
                reader.Skip();
            }
        }

        return records;
    }

    private static void ReadResourceLogs(ReadOnlySpan<byte> message, List<OtlpRecord> records)
    {
        // The resource may stand behind its records.
        var resource = new List<OtlpAttribute>();
        var reader = new ProtobufReader(message);
        while (reader.ReadMember() is var member and not 0)
        {
            switch (member)
            {
                case 1:
                    ReadResource(reader.ReadBytes(), resource);
                    break;
                case 2:
                    ReadScopeLogs(reader.ReadBytes(), resource, records);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private static void ReadResource(ReadOnlySpan<byte> message, List<OtlpAttribute> attributes)
    {
        var reader = new ProtobufReader(message);
        while (reader.ReadMember() is var member and not 0)
        {
            if (member == 1)
            {
                attributes.Add(OtlpValue.ReadAttribute(reader.ReadBytes()));
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static void ReadScopeLogs(ReadOnlySpan<byte> message, IReadOnlyList<OtlpAttribute> resource, List<OtlpRecord> records)
    {
        var reader = new ProtobufReader(message);
        while (reader.ReadMember() is var member and not 0)
        {
            if (member == 2)
            {
                records.Add(ReadRecord(reader.ReadBytes(), resource));
            }
            else
            {
                reader.Skip();
            }
        }
    }

    /// <summary>Reads a <c>LogRecord</c>, by the numbers of protos/opentelemetry/proto/logs/v1/logs.proto.</summary>
    private static OtlpRecord ReadRecord(ReadOnlySpan<byte> message, IReadOnlyList<OtlpAttribute> resource)
    {
        AlertTime? time = null;
        var (severity, eventName) = ("", "");
        var body = OtlpValue.None;
        var attributes = new List<OtlpAttribute>();
        var reader = new ProtobufReader(message);
        while (reader.ReadMember() is var member and not 0)
        {
            switch (member)
            {
                case 1:
                    time = ReadTime(reader.ReadFixed64());
                    break;
                case 3:
                    severity = Encoding.UTF8.GetString(reader.ReadBytes());
                    break;
                case 5:
                    body = OtlpValue.Read(reader.ReadBytes());
                    break;
                case RecordMembers.Attributes:
                    attributes.Add(OtlpValue.ReadAttribute(reader.ReadBytes()));
                    break;
                case 12:
                    eventName = Encoding.UTF8.GetString(reader.ReadBytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new OtlpRecord(time, severity, eventName, body, resource, attributes);
    }

    private static AlertTime? ReadTime(ulong nanoseconds) => nanoseconds switch
    {
        0 => null,
        <= long.MaxValue => new AlertTime((long)nanoseconds),
        _ => throw new OtlpFormatException("a record's time is after 2262"),
    };
}
