using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;

namespace FalcoStreamer.Sinks.KubernetesEvents;

/// <summary>
/// Writes Events as JSON, always with the same members in the same order. By hand, because a client library writes a whole second of
/// <c>eventTime</c> without its six digits, which the API server refuses (contracts/kubernetes.md).
/// </summary>
/// <remarks>There is no <c>source</c>: kubectl shows the reporting component and instance in its place, and events.k8s.io/v1 wants it unset.</remarks>
internal static class KubernetesEventWriter
{
    public const string ReportingComponent = "falcostreamer.io/agent";
    public const string VerdictLabel = "falcostreamer.io/verdict";
    public const string PriorityLabel = "falcostreamer.io/priority";
    public const string IncidentLabel = "falcostreamer.io/incident";
    public const string ReportAnnotation = "falcostreamer.io/report";

    // The text goes to an API server and to terminals, never into HTML, so characters need not be escaped for it.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The whole Event, for a POST and for <c>replay --output events</c>: one line without its end.</summary>
    public static ReadOnlyMemory<byte> Whole(KubernetesEvent written) => Write(json =>
    {
        json.WriteString("apiVersion"u8, "v1"u8);
        json.WriteString("kind"u8, "Event"u8);
        WriteMetadata(json, written, withName: true);
        WriteInvolved(json, written.Involved);
        WriteVerdict(json, written);
        json.WriteString("firstTimestamp"u8, Second(written.FirstTime));
        WriteCount(json, written.Count, written.LastTime);
        json.WriteString("eventTime"u8, Microsecond(written.FirstTime));
        json.WriteString("action"u8, written.Action);
        json.WriteString("reportingComponent"u8, ReportingComponent);
        json.WriteString("reportingInstance"u8, written.ReportingInstance);
    });

    /// <summary>A merge patch of everything that changes while an incident grows or is judged anew.</summary>
    public static ReadOnlyMemory<byte> Change(KubernetesEvent written) => Write(json =>
    {
        WriteMetadata(json, written, withName: false);
        WriteVerdict(json, written);
        WriteCount(json, written.Count, written.LastTime);
    });

    /// <summary>A merge patch of the numbers alone.</summary>
    public static ReadOnlyMemory<byte> Repeat(long count, AlertTime lastTime) => Write(json => WriteCount(json, count, lastTime));

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(buffer, Plain);
        json.WriteStartObject();
        members(json);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static void WriteMetadata(Utf8JsonWriter json, KubernetesEvent written, bool withName)
    {
        json.WriteStartObject("metadata"u8);
        if (withName)
        {
            json.WriteString("name"u8, written.Name);
            json.WriteString("namespace"u8, written.Namespace);
        }

        json.WriteStartObject("labels"u8);
        json.WriteString(VerdictLabel, written.Verdict.Word());
        json.WriteString(PriorityLabel, written.Priority.Word());
        json.WriteString(IncidentLabel, written.IncidentId);
        json.WriteEndObject();
        json.WriteStartObject("annotations"u8);
        json.WriteString(ReportAnnotation, written.Report);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteInvolved(Utf8JsonWriter json, InvolvedObject involved)
    {
        json.WriteStartObject("involvedObject"u8);
        json.WriteString("apiVersion"u8, "v1"u8);
        json.WriteString("kind"u8, involved.Kind);
        WriteIfKnown(json, "namespace"u8, involved.Namespace);
        json.WriteString("name"u8, involved.Name);
        WriteIfKnown(json, "uid"u8, involved.Uid);
        WriteIfKnown(json, "fieldPath"u8, involved.FieldPath);
        json.WriteEndObject();
    }

    private static void WriteIfKnown(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteVerdict(Utf8JsonWriter json, KubernetesEvent written)
    {
        json.WriteString("type"u8, written.Type);
        json.WriteString("reason"u8, written.Reason);
        json.WriteString("message"u8, written.Message);
    }

    private static void WriteCount(Utf8JsonWriter json, long count, AlertTime lastTime)
    {
        json.WriteString("lastTimestamp"u8, Second(lastTime));
        // The API's count has 32 bits.
        json.WriteNumber("count"u8, Math.Min(count, int.MaxValue));
    }

    /// <summary><c>metav1.Time</c>: whole seconds.</summary>
    private static string Second(AlertTime time) => $"{time.ToString().AsSpan(0, 19)}Z";

    /// <summary><c>metav1.MicroTime</c>: six digits, no more and no fewer.</summary>
    private static string Microsecond(AlertTime time) => $"{time.ToString().AsSpan(0, 26)}Z";
}
