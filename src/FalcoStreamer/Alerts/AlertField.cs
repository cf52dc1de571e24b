namespace FalcoStreamer.Alerts;

/// <summary>What a field's value was on the wire. Over gRPC every value is text.</summary>
internal enum FieldKind : byte
{
    Text,
    Number,
    Boolean,

    /// <summary>A list or an object; its value is the JSON text.</summary>
    List,
}

/// <summary>One of the <c>output_fields</c> of an alert.</summary>
internal readonly record struct AlertField(Utf8Text Name, Utf8Text Value, FieldKind Kind);
