using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;

namespace FalcoStreamer.Alerts;

/// <summary>
/// Names an alert the same way however it came: gRPC, HTTP, a log, or read twice.
/// </summary>
/// <remarks>
/// It is made of what every input carries: time, priority, rule, source, hostname, sentence and fields, whose order does not count.
/// <c>evt.time</c> is left out because gRPC does not send it (contracts/falco.md), tags because falcosidekick may add some,
/// lists because each input writes them differently. The hash is not cryptographic: an attacker who wanted two alerts to share an ID
/// would have to know the nanosecond of both beforehand.
/// </remarks>
internal readonly record struct AlertId(ulong High, ulong Low)
{
    /// <summary>32 hexadecimal digits.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{High:x16}{Low:x16}");

    internal static AlertId Of(FalcoAlert alert)
    {
        Span<byte> head = stackalloc byte[sizeof(long) + 1];
        BinaryPrimitives.WriteInt64LittleEndian(head, alert.Time.UnixNanoseconds);
        head[^1] = (byte)alert.Priority;
        var sum = XxHash128.HashToUInt128(head);
        // Each part is hashed with a seed of its own, so that text cannot move from one member into the next.
        sum += XxHash128.HashToUInt128(alert.RuleText.Span, 1);
        sum += XxHash128.HashToUInt128(alert.SourceText.Span, 2);
        sum += XxHash128.HashToUInt128(alert.HostnameText.Span, 3);
        sum += XxHash128.HashToUInt128(alert.Sentence.Span, 4);
        foreach (var field in alert.Fields)
        {
            if (field.Kind != FieldKind.List && !field.Name.Is("evt.time"u8))
            {
                var name = (long)XxHash3.HashToUInt64(field.Name.Span, 5);
                sum += XxHash128.HashToUInt128(field.Value.Span, name);
            }
        }

        return new AlertId((ulong)(sum >> 64), (ulong)sum);
    }
}
