using System.Globalization;
using System.Text;
using FalcoStreamer.Alerts;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>Writes attributes: <c>KeyValue</c>s with an <c>AnyValue</c> (protos/opentelemetry/proto/common/v1/common.proto).</summary>
internal static class OtlpValues
{
    /// <summary>The most bytes of a text; more is cut, and the text says so (design, "OTLP body").</summary>
    public const int MaxText = 16 * 1024;

    private const int Key = 1;
    private const int Value = 2;
    private const int StringValue = 1;
    private const int BoolValue = 2;
    private const int IntValue = 3;
    private const int DoubleValue = 4;
    private const int ArrayValue = 5;

    public static void Attribute(this ProtobufWriter writer, int field, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var attribute = BeginAttribute(writer, field, key);
        writer.AnyText(Value, value);
        writer.End(attribute);
    }

    /// <summary>A text; null writes nothing, because what is not known is left out.</summary>
    public static void Attribute(this ProtobufWriter writer, int field, ReadOnlySpan<byte> key, string? value)
    {
        if (value is not null)
        {
            var attribute = BeginAttribute(writer, field, key);
            writer.AnyText(Value, value);
            writer.End(attribute);
        }
    }

    public static void Attribute(this ProtobufWriter writer, int field, ReadOnlySpan<byte> key, long value)
    {
        var attribute = BeginAttribute(writer, field, key);
        var any = writer.Begin(Value);
        writer.Varint(IntValue, (ulong)value);
        writer.End(any);
        writer.End(attribute);
    }

    public static void Attribute(this ProtobufWriter writer, int field, ReadOnlySpan<byte> key, double value)
    {
        var attribute = BeginAttribute(writer, field, key);
        var any = writer.Begin(Value);
        writer.Double(DoubleValue, value);
        writer.End(any);
        writer.End(attribute);
    }

    /// <summary>A list of texts; an empty one writes nothing.</summary>
    public static void Attribute(this ProtobufWriter writer, int field, ReadOnlySpan<byte> key, IReadOnlyCollection<string> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        var attribute = BeginAttribute(writer, field, key);
        var any = writer.Begin(Value);
        var array = writer.Begin(ArrayValue);
        foreach (var value in values)
        {
            writer.AnyText(1, value);
        }

        writer.End(array);
        writer.End(any);
        writer.End(attribute);
    }

    /// <summary>A list of Falco's texts; an empty one writes nothing.</summary>
    public static void Attribute(this ProtobufWriter writer, int field, ReadOnlySpan<byte> key, IEnumerable<Utf8Text> values)
    {
        var start = writer.Length;
        var attribute = BeginAttribute(writer, field, key);
        var any = writer.Begin(Value);
        var array = writer.Begin(ArrayValue);
        foreach (var value in values)
        {
            writer.AnyText(1, value.Span);
        }

        var isEmpty = writer.Length == array;
        writer.End(array);
        writer.End(any);
        writer.End(attribute);
        if (isEmpty)
        {
            writer.Truncate(start);
        }
    }

    /// <summary>A Falco field with the type it had: numbers and truth values over HTTP, text over gRPC.</summary>
    public static void Attribute(this ProtobufWriter writer, int field, ReadOnlySpan<byte> key, AlertField value)
    {
        var attribute = BeginAttribute(writer, field, key);
        var span = value.Value.Span;
        switch (value.Kind)
        {
            case FieldKind.Boolean:
                var truth = writer.Begin(Value);
                writer.Varint(BoolValue, span.SequenceEqual("true"u8) ? 1UL : 0UL);
                writer.End(truth);
                break;
            case FieldKind.Number when long.TryParse(span, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole):
                var number = writer.Begin(Value);
                writer.Varint(IntValue, (ulong)whole);
                writer.End(number);
                break;
            case FieldKind.Number when double.TryParse(span, NumberStyles.Float, CultureInfo.InvariantCulture, out var real):
                var fraction = writer.Begin(Value);
                writer.Double(DoubleValue, real);
                writer.End(fraction);
                break;
            default:
                writer.AnyText(Value, span);
                break;
        }

        writer.End(attribute);
    }

    /// <summary>An <c>AnyValue</c> that is a text, cut at <see cref="MaxText"/>.</summary>
    public static void AnyText(this ProtobufWriter writer, int field, ReadOnlySpan<byte> utf8)
    {
        var any = writer.Begin(field);
        if (utf8.Length <= MaxText)
        {
            writer.Text(StringValue, utf8);
        }
        else
        {
            writer.Text(StringValue, Reporting.Utf8Cut.To(Encoding.UTF8.GetString(utf8), MaxText));
        }

        writer.End(any);
    }

    /// <inheritdoc cref="AnyText(ProtobufWriter, int, ReadOnlySpan{byte})"/>
    public static void AnyText(this ProtobufWriter writer, int field, string text)
    {
        var any = writer.Begin(field);
        writer.Text(StringValue, Reporting.Utf8Cut.To(text, MaxText));
        writer.End(any);
    }

    private static int BeginAttribute(ProtobufWriter writer, int field, ReadOnlySpan<byte> key)
    {
        var attribute = writer.Begin(field);
        writer.Text(Key, key);
        return attribute;
    }
}
