namespace FalcoStreamer.Alerts;

/// <summary>The wire form of an alert's bytes.</summary>
internal enum AlertEncoding
{
    /// <summary>A <c>falco.outputs.response</c>, as gRPC carries it.</summary>
    Protobuf,

    /// <summary>One JSON object, as HTTP and Falco's own log carry it.</summary>
    Json,
}

/// <summary>
/// What Falco said, unchanged: the bytes it sent, and where in them everything lies.
/// </summary>
/// <remarks>
/// A value is looked for when somebody asks for it and stays UTF-8; only what people read becomes a string. That keeps an alert of any size
/// at one array, carries invalid UTF-8 unharmed, and lets disk, forwarder and OTLP copy the same bytes (README, "Decisions").
/// Immutable, so every stage may hold one; read by several threads at once.
/// </remarks>
internal sealed class FalcoAlert
{
    private readonly AlertIndex _index;
    private string? _rule;

    private FalcoAlert(ReadOnlyMemory<byte> bytes, AlertEncoding encoding, AlertIndex index)
    {
        Bytes = bytes;
        Encoding = encoding;
        _index = index;
        Sentence = ReadSentence();
        Id = AlertId.Of(this);
    }

    /// <summary>What Falco sent.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>How <see cref="Bytes"/> are written.</summary>
    public AlertEncoding Encoding { get; }

    /// <summary>The stable ID.</summary>
    public AlertId Id { get; }

    /// <summary>When it happened, by Falco's clock.</summary>
    public AlertTime Time => _index.Time;

    public Priority Priority => _index.Priority;

    /// <summary>The rule's name.</summary>
    public string Rule => _rule ??= RuleText.ToString();

    public Utf8Text RuleText => _index.Rule.Read(Bytes);

    /// <summary>Where Falco took it from: <c>syscall</c>, <c>internal</c> or a plugin's source.</summary>
    public Utf8Text SourceText => _index.Source.Read(Bytes);

    /// <summary>The host's name as Falco knows it; often the Falco pod's.</summary>
    public Utf8Text HostnameText => _index.Hostname.Read(Bytes);

    /// <summary>What the member <c>output</c> holds: the sentence, or over gRPC with <c>json_output: true</c> the whole alert as JSON.</summary>
    public Utf8Text OutputText => _index.Output.Read(Bytes);

    /// <summary>Falco's sentence: the rule's output with its values.</summary>
    public Utf8Text Sentence { get; }

    /// <summary>The ID that falcosidekick gave, absent when the alert did not pass through it.</summary>
    public Utf8Text SidekickUuid => _index.Uuid.Read(Bytes);

    /// <summary>The rule's tags, in the order of the wire.</summary>
    public IEnumerable<Utf8Text> Tags => _index.Tags.Select(tag => tag.Read(Bytes));

    /// <summary>The fields that have a value, in the order of the wire.</summary>
    public FieldSequence Fields => new(Bytes, _index.Fields);

    /// <summary>Reads a <c>falco.outputs.response</c>; the bytes are kept, not copied.</summary>
    /// <exception cref="AlertFormatException">They are not one.</exception>
    public static FalcoAlert FromProtobuf(ReadOnlyMemory<byte> bytes) =>
        new(bytes, AlertEncoding.Protobuf, ProtobufAlertReader.Read(bytes.Span));

    /// <summary>Reads one JSON object; the bytes are kept, not copied.</summary>
    /// <exception cref="AlertFormatException">It is not an alert.</exception>
    public static FalcoAlert FromJson(ReadOnlyMemory<byte> bytes) =>
        new(bytes, AlertEncoding.Json, JsonAlertReader.Read(bytes.Span));

    /// <summary>The value of a field such as <c>proc.cmdline</c>, written as Falco writes it in text; absent for null and <c>&lt;NA&gt;</c>.</summary>
    public Utf8Text Field(ReadOnlySpan<byte> name)
    {
        foreach (var slot in _index.Fields)
        {
            if (slot.Name.Is(Bytes.Span, name))
            {
                return slot.Value.Read(Bytes);
            }
        }

        return default;
    }

    /// <inheritdoc cref="Field(ReadOnlySpan{byte})"/>
    public Utf8Text Field(string name)
    {
        Span<byte> utf8 = name.Length <= 128 ? stackalloc byte[512] : new byte[name.Length * 4];
        return Field(utf8[..System.Text.Encoding.UTF8.GetBytes(name, utf8)]);
    }

    /// <summary>Where each of <paramref name="names"/> stands among the fields, for <see cref="FieldAt"/>; -1 where the alert has it not.</summary>
    public void Locate(FieldNames names, Span<int> places)
    {
        places.Fill(-1);
        var bytes = Bytes.Span;
        for (var place = 0; place < _index.Fields.Length; place++)
        {
            var name = _index.Fields[place].Name;
            var number = names.NumberOf(name.Form == SlotForm.EscapedText ? name.Read(Bytes).Span : bytes.Slice(name.Start, name.Length));
            if (number >= 0 && places[number] < 0)
            {
                places[number] = place;
            }
        }
    }

    /// <summary>The value of the field at that place; absent for null, <c>&lt;NA&gt;</c> and -1.</summary>
    public Utf8Text FieldAt(int place) => place < 0 ? default : _index.Fields[place].Value.Read(Bytes);

    public override string ToString() => $"{Time} {Priority.Word()} {Rule}";

    private Utf8Text ReadSentence()
    {
        var output = OutputText;
        return JsonText.TryReadSentence(output.Memory, out var sentence) ? sentence : output;
    }
}

/// <summary>Walks the fields of an alert without an allocation.</summary>
internal readonly struct FieldSequence(ReadOnlyMemory<byte> bytes, FieldSlot[] slots)
{
    public Enumerator GetEnumerator() => new(bytes, slots);

    /// <summary>The walk.</summary>
    internal struct Enumerator(ReadOnlyMemory<byte> bytes, FieldSlot[] slots)
    {
        private int _next;

        public AlertField Current { get; private set; }

        public bool MoveNext()
        {
            if (_next >= slots.Length)
            {
                return false;
            }

            var slot = slots[_next++];
            Current = new AlertField(slot.Name.Read(bytes), slot.Value.Read(bytes), KindOf(slot.Value.Form));
            return true;
        }

        private static FieldKind KindOf(SlotForm form) => form switch
        {
            SlotForm.Number => FieldKind.Number,
            SlotForm.Boolean => FieldKind.Boolean,
            SlotForm.List => FieldKind.List,
            _ => FieldKind.Text,
        };
    }
}
