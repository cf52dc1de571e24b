using System.Text.Json;
using FalcoStreamer.Alerts;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>A log record as it waits for a collector.</summary>
/// <param name="Time">When it happened; null where the record does not say.</param>
/// <param name="Severity">Falco's word.</param>
/// <param name="EventName"><c>falco.alert</c> or <c>falco.incident</c>.</param>
/// <param name="Resource">What it is about.</param>
internal sealed record OtlpRecord(
    AlertTime? Time,
    string Severity,
    string EventName,
    OtlpValue Body,
    IReadOnlyList<OtlpAttribute> Resource,
    IReadOnlyList<OtlpAttribute> Attributes)
{
    /// <summary>What tells a repeat from another record; null where there is none.</summary>
    public string? Uid => Attributes.FirstOrDefault(attribute => attribute.Name == "log.record.uid").Value?.Plain as string;

    /// <summary>Writes the record as one JSON object, all on one line unless the writer indents.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("uid"u8, Uid);
        json.WriteString("event"u8, EventName);
        json.WriteString("time"u8, Time?.ToString());
        json.WriteString("severity"u8, Severity);
        json.WritePropertyName("body"u8);
        Body.WriteTo(json);
        json.WritePropertyName("resource"u8);
        OtlpValue.WriteObject(json, Resource);
        json.WritePropertyName("attributes"u8);
        OtlpValue.WriteObject(json, Attributes);
        json.WriteEndObject();
    }
}
