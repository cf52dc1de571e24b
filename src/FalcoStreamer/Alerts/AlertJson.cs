namespace FalcoStreamer.Alerts;

/// <summary>
/// The JSON object that Falco's HTTP output writes for an alert, byte for byte: with its members and fields sorted, no blanks, and each field's value of
/// its own kind.
/// </summary>
internal static class AlertJson
{
    /// <summary>
    /// The alert's own bytes where it came as JSON. Over gRPC it is the text that Falco sends along with <c>json_output: true</c>; with <c>false</c>
    /// it is made: there the kinds of the values follow from the fields' names, and bytes that are no UTF-8 become U+FFFD, since JSON cannot hold them.
    /// </summary>
    public static ReadOnlyMemory<byte> Of(FalcoAlert alert) =>
        alert.Encoding == AlertEncoding.Json ? alert.Bytes
        : IsSentAlong(alert) ? alert.OutputText.Memory
        : Make(alert);

    /// <summary>
    /// Whether <c>output</c> holds this alert as JSON: a rule may well have an output that is a command line and nothing else, so a process could
    /// put an object of its own there. It cannot know the nanosecond at which Falco will see it.
    /// </summary>
    private static bool IsSentAlong(FalcoAlert alert)
    {
        var output = alert.OutputText;
        if (!output.Span.StartsWith((byte)'{'))
        {
            return false;
        }

        try
        {
            var said = FalcoAlert.FromJson(output.Memory);
            return said.Time == alert.Time && said.Priority == alert.Priority && said.RuleText.Equals(alert.RuleText)
                && said.HostnameText.Equals(alert.HostnameText) && said.SourceText.Equals(alert.SourceText);
        }
        catch (AlertFormatException)
        {
            // A sentence may begin with a brace.
            return false;
        }
    }

    private static ReadOnlyMemory<byte> Make(FalcoAlert alert)
    {
        var json = new FalcoJsonWriter(alert.Bytes.Length + 256);
        json.Raw("{\"hostname\":"u8);
        json.Text(alert.HostnameText.Span);
        json.Raw(",\"output\":"u8);
        json.Text(alert.OutputText.Span);
        json.Raw(",\"output_fields\":"u8);
        WriteFields(json, alert);
        json.Raw(",\"priority\":"u8);
        json.Text(System.Text.Encoding.ASCII.GetBytes(alert.Priority.Word()));
        json.Raw(",\"rule\":"u8);
        json.Text(alert.RuleText.Span);
        json.Raw(",\"source\":"u8);
        json.Text(alert.SourceText.Span);
        WriteTags(json, alert);
        json.Raw(",\"time\":"u8);
        json.Text(System.Text.Encoding.ASCII.GetBytes(alert.Time.ToString()));
        json.Raw("}"u8);
        return json.Written;
    }

    private static void WriteFields(FalcoJsonWriter json, FalcoAlert alert)
    {
        // Of two entries with one name the later counts, as in any protobuf map.
        var fields = new SortedDictionary<Utf8Text, Utf8Text>(Bytewise.Instance);
        foreach (var slot in ProtobufAlertReader.ReadFields(alert.Bytes.Span))
        {
            fields[slot.Name.Read(alert.Bytes)] = slot.Value.Read(alert.Bytes);
        }

        // Only JSON has it, because only there Falco asks for its own prefix of the sentence, which is this field.
        if (HasTimePrefix(alert.OutputText.Span))
        {
            fields.TryAdd(Utf8Text.From("evt.time"), Utf8Text.From(alert.Time.UnixNanoseconds.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }

        json.Raw("{"u8);
        var isFirst = true;
        foreach (var (name, value) in fields)
        {
            json.Raw(isFirst ? ""u8 : ","u8);
            isFirst = false;
            json.Text(name.Span);
            json.Raw(":"u8);
            WriteValue(json, name, value.Span);
        }

        json.Raw("}"u8);
    }

    private static void WriteValue(FalcoJsonWriter json, Utf8Text name, ReadOnlySpan<byte> value)
    {
        if (value.SequenceEqual("<NA>"u8) && !FieldKinds.IsNamedWhenUnknown(name))
        {
            json.Raw("null"u8);
            return;
        }

        switch (FieldKinds.Of(name))
        {
            case FieldKind.Number when FalcoJsonWriter.IsNumber(value):
            case FieldKind.Boolean when value.SequenceEqual("true"u8) || value.SequenceEqual("false"u8):
                json.Raw(value);
                break;
            default:
                json.Text(value);
                break;
        }
    }

    private static void WriteTags(FalcoJsonWriter json, FalcoAlert alert)
    {
        var isFirst = true;
        foreach (var tag in alert.Tags)
        {
            json.Raw(isFirst ? ",\"tags\":["u8 : ","u8);
            isFirst = false;
            json.Text(tag.Span);
        }

        // What Falco says about itself has no tags; a rule without any has an empty list.
        json.Raw(!isFirst ? "]"u8 : alert.SourceText.Is("internal"u8) ? ""u8 : ",\"tags\":[]"u8);
    }

    /// <summary>Whether a sentence begins as Falco's own prefix does: <c>04:10:39.735521910: </c>.</summary>
    private static bool HasTimePrefix(ReadOnlySpan<byte> sentence) =>
        sentence.Length > 20 && sentence[2] == ':' && sentence[5] == ':' && sentence[8] == '.' && sentence[18..20].SequenceEqual(": "u8)
        && sentence[9..18].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;

    private sealed class Bytewise : IComparer<Utf8Text>
    {
        public static readonly Bytewise Instance = new();

        public int Compare(Utf8Text left, Utf8Text right) => left.Span.SequenceCompareTo(right.Span);
    }
}
