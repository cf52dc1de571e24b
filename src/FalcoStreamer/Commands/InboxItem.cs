using System.Text.Json;
using FalcoStreamer.Alerts;
using FalcoStreamer.Sinks.Forward;
using FalcoStreamer.Sinks.Otlp;
using FalcoStreamer.Storage;

namespace FalcoStreamer.Commands;

/// <summary>Something that waits in the storage, as one line of JSON.</summary>
/// <param name="Id">The alert's ID, or the record's <c>log.record.uid</c>.</param>
/// <param name="WriteHead">Writes what tells it from others.</param>
/// <param name="WriteContent">Writes all of it.</param>
internal sealed record InboxItem(string? Id, Action<Utf8JsonWriter> WriteHead, Action<Utf8JsonWriter> WriteContent)
{
    /// <summary>An alert in the inbox.</summary>
    public static InboxItem Of(RecoveredAlert stored)
    {
        var (received, incident) = stored;
        return new InboxItem(
            received.Alert.Id.ToString(),
            json =>
            {
                json.WriteString("kind"u8, "alert"u8);
                json.WriteString("state"u8, incident.Length > 0 ? "kept for its incident"u8 : "not judged"u8);
                json.WriteString("incident"u8, incident.Length > 0 ? incident : null);
                json.WriteString("source"u8, received.Source);
                json.WriteString("received"u8, received.Received.ToString());
                WriteAlertHead(json, received.Alert);
            },
            json => WriteAlert(json, received.Alert));
    }

    /// <summary>The records of a chunk in the outbox.</summary>
    /// <exception cref="OtlpFormatException">It is damaged.</exception>
    /// <exception cref="Sinks.SinkException">It is damaged.</exception>
    public static IEnumerable<InboxItem> Of(OutboxChunk chunk) => chunk.Sink == "forward"
        ? ForwardChunk.Read(chunk.Bytes).Select(body => OfBody(chunk, FalcoAlert.FromJson(body)))
        : OtlpRecordReader.Read(chunk.Bytes.Span).Select(record => OfRecord(chunk, record));

    /// <summary>Writes it as one object.</summary>
    public void WriteTo(Utf8JsonWriter json, bool whole)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        WriteHead(json);
        if (whole)
        {
            WriteContent(json);
        }

        json.WriteEndObject();
    }

    private static InboxItem OfBody(OutboxChunk chunk, FalcoAlert alert) => new(
        alert.Id.ToString(),
        json =>
        {
            WriteChunk(json, chunk);
            WriteAlertHead(json, alert);
        },
        json => WriteAlert(json, alert));

    private static InboxItem OfRecord(OutboxChunk chunk, OtlpRecord record) => new(
        record.Uid,
        json =>
        {
            WriteChunk(json, chunk);
            json.WriteString("event"u8, record.EventName);
            json.WriteString("time"u8, record.Time?.ToString());
            json.WriteString("priority"u8, chunk.Priority.Word());
        },
        json =>
        {
            json.WritePropertyName("record"u8);
            record.WriteTo(json);
        });

    private static void WriteChunk(Utf8JsonWriter json, OutboxChunk chunk)
    {
        json.WriteString("kind"u8, "record"u8);
        json.WriteString("state"u8, "not sent"u8);
        json.WriteString("sink"u8, chunk.Sink);
    }

    private static void WriteAlertHead(Utf8JsonWriter json, FalcoAlert alert)
    {
        json.WriteString("time"u8, alert.Time.ToString());
        json.WriteString("priority"u8, alert.Priority.Word());
        json.WriteString("rule"u8, alert.Rule);
    }

    private static void WriteAlert(Utf8JsonWriter json, FalcoAlert alert)
    {
        json.WritePropertyName("alert"u8);
        // Falco's own object, whatever is in it: it was read when it was accepted.
        json.WriteRawValue(AlertJson.Of(alert).Span, skipInputValidation: true);
    }
}
