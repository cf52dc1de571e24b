using Google.Protobuf;

namespace FalcoStreamer.Simulator.Collector;

/// <summary>Counts the alerts in an encoded request by walking over its lengths: a benchmark's collector must not be the slowest part.</summary>
internal static class RecordCounter
{
    private const uint ResourceLogs = (1 << 3) | 2;
    private const uint ScopeLogs = (2 << 3) | 2;
    private const uint LogRecords = (2 << 3) | 2;
    private const uint EventName = (12 << 3) | 2;

    /// <summary>How many records are <c>falco.alert</c>.</summary>
    public static long Count(byte[] request) => Walk(new CodedInputStream(request), ResourceLogs,
        resource => Walk(resource, ScopeLogs,
            scope => Walk(scope, LogRecords,
                record => Walk(record, EventName, null) > 0 ? 1 : 0)));

    private static long Walk(CodedInputStream message, uint wanted, Func<CodedInputStream, long>? inside)
    {
        var count = 0L;
        while (message.ReadTag() is not 0 and var tag)
        {
            if (tag != wanted)
            {
                message.SkipLastField();
            }
            else if (inside is null)
            {
                count += message.ReadString() == "falco.alert" ? 1 : 0;
            }
            else
            {
                count += inside(message.ReadBytes().CreateCodedInput());
            }
        }

        return count;
    }
}
