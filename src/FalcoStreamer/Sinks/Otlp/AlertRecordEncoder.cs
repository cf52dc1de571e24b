using System.Globalization;
using FalcoStreamer.Alerts;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>Writes an alert as a <c>LogRecord</c> named <c>falco.alert</c>, copying its spans from Falco's bytes.</summary>
internal sealed class AlertRecordEncoder(ProtobufWriter writer, AttributeWriter attributes, bool includeCommandLine)
{
    private readonly OtlpText _body = new();

    /// <summary>Writes the content of the record into the message that is open.</summary>
    public void Write(AlertRecord record)
    {
        var alert = record.Alert;
        RecordMembers.WriteHead(writer, alert.Time, alert.Priority);
        RecordMembers.WriteBody(writer, _body.Clean(alert.Sentence.Span, RecordMembers.BodyLimit, TextForm.Visible));
        attributes.Begin(RecordMembers.Attributes);
        WriteMembers(alert, record.IncidentId);
        WriteFields(alert);
        RecordMembers.WriteTail(writer, attributes.LeftOut, record.Received, "falco.alert"u8);
    }

    private void WriteMembers(FalcoAlert alert, string incidentId)
    {
        Span<byte> id = stackalloc byte[32];
        alert.Id.High.TryFormat(id, out _, "x16", CultureInfo.InvariantCulture);
        alert.Id.Low.TryFormat(id[16..], out _, "x16", CultureInfo.InvariantCulture);
        attributes.Text(OtlpAttributes.LogRecordUid, id);
        attributes.Text(OtlpAttributes.Incident.Id, incidentId);
        attributes.Text(OtlpAttributes.SecurityRuleName, alert.RuleText.Span);
        attributes.Text(OtlpAttributes.FalcoPriority, Severity.WordOf(alert.Priority));
        WriteMember(OtlpAttributes.FalcoSource, alert.SourceText);
        WriteMember(OtlpAttributes.FalcoHostname, alert.HostnameText);
        WriteMember(OtlpAttributes.FalcoUuid, alert.SidekickUuid);
        OpenList? list = null;
        foreach (var tag in alert.Tags)
        {
            list ??= attributes.BeginList(OtlpAttributes.FalcoTags);
            if (list is null)
            {
                return;
            }

            attributes.Item(tag.Span);
        }

        if (list is { } open)
        {
            attributes.EndList(open);
        }
    }

    private void WriteMember(ReadOnlySpan<byte> key, Utf8Text value)
    {
        if (value.IsPresent)
        {
            attributes.Text(key, value.Span);
        }
    }

    private void WriteFields(FalcoAlert alert)
    {
        var taken = 0U;
        foreach (var field in alert.Fields)
        {
            var name = field.Name.Span;
            var value = field.Value.Span;
            var known = FalcoFields.Find(name);
            if (known is { Type: FieldType.CommandLine } && !includeCommandLine)
            {
                continue;
            }

            if (known is { Attribute.Length: > 0 } && (taken & known.Bit) == 0 && (known.Type != FieldType.Path || value.StartsWith((byte)'/')))
            {
                taken |= known.Bit;
                WriteValue([], known.Attribute, value, field.Kind, known.Type);
                if (known.Attribute.AsSpan().SequenceEqual("process.executable.path"u8))
                {
                    WriteExecutableName(value);
                }
            }
            else
            {
                WriteValue(FalcoFields.PrefixOf(name), name, value, field.Kind, known?.Type ?? FieldType.AsSent);
            }
        }
    }

    // The conventions define the name as the last part of the path, so it is a fact where the path is one.
    private void WriteExecutableName(ReadOnlySpan<byte> path)
    {
        var name = path[(path.LastIndexOf((byte)'/') + 1)..];
        if (name.Length > 0 && name.Length < path.Length)
        {
            attributes.Text(OtlpAttributes.ProcessExecutableName, name);
        }
    }

    private void WriteValue(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, FieldKind kind, FieldType type)
    {
        switch (type, kind)
        {
            case (FieldType.Number, FieldKind.Number or FieldKind.Text) or (FieldType.AsSent, FieldKind.Number):
                attributes.Number(prefix, key, value);
                break;
            case (FieldType.Boolean, FieldKind.Boolean or FieldKind.Text) or (FieldType.AsSent, FieldKind.Boolean):
                WriteBoolean(prefix, key, value);
                break;
            case (FieldType.CommandLine, _):
                attributes.Text(prefix, key, value, TextForm.Visible);
                break;
            default:
                // A list too: HTTP has it as JSON and gRPC as Falco's text, and one attribute must have one type.
                attributes.Text(prefix, key, value);
                break;
        }
    }

    private void WriteBoolean(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (value.SequenceEqual("true"u8))
        {
            attributes.Boolean(prefix, key, true);
        }
        else if (value.SequenceEqual("false"u8))
        {
            attributes.Boolean(prefix, key, false);
        }
        else
        {
            attributes.Text(prefix, key, value);
        }
    }
}
