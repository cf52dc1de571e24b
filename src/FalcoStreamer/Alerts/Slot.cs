namespace FalcoStreamer.Alerts;

/// <summary>How the bytes of a <see cref="Slot"/> are to be read.</summary>
internal enum SlotForm : byte
{
    /// <summary>Nothing was sent.</summary>
    Absent,

    /// <summary>Text, byte for byte.</summary>
    Text,

    /// <summary>The inside of a JSON string that holds escapes.</summary>
    EscapedText,
    Number,
    Boolean,

    /// <summary>A JSON list or object.</summary>
    List,
}

/// <summary>Where a value lies in the bytes of an alert.</summary>
internal readonly record struct Slot(int Start, int Length, SlotForm Form)
{
    /// <summary>The value; a copy only where JSON escapes must be undone.</summary>
    public Utf8Text Read(ReadOnlyMemory<byte> bytes) => Form switch
    {
        SlotForm.Absent => default,
        SlotForm.EscapedText => new Utf8Text(JsonText.Unescape(bytes.Span.Slice(Start, Length))),
        _ => new Utf8Text(bytes.Slice(Start, Length)),
    };

    /// <summary>Whether the value is <paramref name="text"/>, without a copy where nothing is escaped.</summary>
    public bool Is(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> text)
    {
        var value = bytes.Slice(Start, Length);
        return Form == SlotForm.EscapedText ? JsonText.Is(value, text) : value.SequenceEqual(text);
    }
}

/// <summary>Where one of the <c>output_fields</c> lies.</summary>
internal readonly record struct FieldSlot(Slot Name, Slot Value);

/// <summary>Where everything that belongs to an alert lies in its bytes: made once by a reader, then only asked.</summary>
internal sealed class AlertIndex
{
    public AlertTime Time { get; set; }

    public Priority Priority { get; set; }

    public Slot Rule { get; set; }

    public Slot Output { get; set; }

    public Slot Hostname { get; set; }

    public Slot Source { get; set; }

    /// <summary>The ID that falcosidekick gave, if it forwarded the alert.</summary>
    public Slot Uuid { get; set; }

    public Slot[] Tags { get; set; } = [];

    public FieldSlot[] Fields { get; set; } = [];
}
