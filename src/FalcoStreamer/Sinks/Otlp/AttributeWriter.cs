using System.Buffers.Text;
using System.Globalization;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>
/// Writes the attributes of one record or resource, each within its limits, so that no alert can make a request too large to be taken.
/// </summary>
internal sealed class AttributeWriter(ProtobufWriter writer)
{
    /// <summary>The most bytes of one value; a longer one says how much is missing.</summary>
    public const int ValueLimit = 16 * 1024;

    /// <summary>After this many bytes further attributes are left out and counted in the record itself.</summary>
    public const int TotalLimit = 1024 * 1024;

    private const int NameLimit = 1024;

    private readonly OtlpText _names = new();
    private readonly OtlpText _values = new();
    private int _field;
    private int _start;

    /// <summary>How many attributes were left out since <see cref="Begin"/>.</summary>
    public uint LeftOut { get; private set; }

    /// <summary>Attributes go to member <paramref name="field"/> of the message that is open in the writer.</summary>
    public void Begin(int field)
    {
        _field = field;
        _start = writer.Length;
        LeftOut = 0;
    }

    /// <summary>Writes a text; <paramref name="prefix"/> stands before the key.</summary>
    public void Text(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, TextForm form = TextForm.Exact)
    {
        var text = _values.Clean(value, ValueLimit, form);
        if (TryWriteKey(prefix, key, ProtobufWriter.SizeOfField(text.Length)))
        {
            writer.WriteBytes(1, text);
        }
    }

    public void Text(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, TextForm form = TextForm.Exact) => Text([], key, value, form);

    /// <summary>Writes a text, or nothing for null.</summary>
    public void Text(ReadOnlySpan<byte> key, string? value, TextForm form = TextForm.Exact)
    {
        if (value is not null && _values.Clean(value, ValueLimit, form) is var text
            && TryWriteKey([], key, ProtobufWriter.SizeOfField(text.Length)))
        {
            writer.WriteBytes(1, text);
        }
    }

    public void Boolean(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> key, bool value)
    {
        if (TryWriteKey(prefix, key, 2))
        {
            writer.WriteVarint(2, value ? 1UL : 0);
        }
    }

    public void Integer(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> key, long value)
    {
        if (TryWriteKey(prefix, key, 1 + ProtobufWriter.SizeOf((ulong)value)))
        {
            writer.WriteVarint(3, (ulong)value);
        }
    }

    public void Double(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> key, double value)
    {
        if (TryWriteKey(prefix, key, 1 + sizeof(double)))
        {
            writer.WriteDouble(4, value);
        }
    }

    /// <summary>
    /// Writes a number that is given as text. An integer beyond 64 bits, or what is no number after all, stays text: a rounded number would be wrong.
    /// </summary>
    public void Number(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> key, ReadOnlySpan<byte> text)
    {
        if (Utf8Parser.TryParse(text, out long integer, out var consumed) && consumed == text.Length)
        {
            Integer(prefix, key, integer);
        }
        else if (text.ContainsAny((byte)'.', (byte)'e', (byte)'E')
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value))
        {
            Double(prefix, key, value);
        }
        else
        {
            Text(prefix, key, text);
        }
    }

    /// <summary>Opens a list of texts; for <see cref="EndList"/>. Null when the attribute must be left out.</summary>
    public OpenList? BeginList(ReadOnlySpan<byte> key)
    {
        if (IsFull())
        {
            return null;
        }

        var attribute = writer.Begin(_field, 1);
        writer.WriteBytes(1, key);
        var value = writer.Begin(2, 1);
        return new OpenList(attribute, value, writer.Begin(5, 1));
    }

    /// <summary>Adds to the open list.</summary>
    public void Item(ReadOnlySpan<byte> value, TextForm form = TextForm.Exact) => Item(_values.Clean(value, ValueLimit, form));

    /// <inheritdoc cref="Item(ReadOnlySpan{byte}, TextForm)"/>
    public void Item(string value, TextForm form = TextForm.Exact) => Item(_values.Clean(value, ValueLimit, form));

    public void EndList(OpenList list)
    {
        writer.End(list.Array);
        writer.End(list.Value);
        writer.End(list.Attribute);
    }

    /// <summary>Writes a list of texts, or nothing for an empty one.</summary>
    public void List(ReadOnlySpan<byte> key, IReadOnlyList<string> values)
    {
        if (values.Count > 0 && BeginList(key) is { } list)
        {
            foreach (var value in values)
            {
                Item(value);
            }

            EndList(list);
        }
    }

    private void Item(ReadOnlySpan<byte> text)
    {
        if (!IsFull())
        {
            writer.WriteHead(1, ProtobufWriter.SizeOfField(text.Length));
            writer.WriteBytes(1, text);
        }
    }

    /// <summary>Writes everything before a value that takes <paramref name="valueSize"/> bytes.</summary>
    private bool TryWriteKey(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> key, int valueSize)
    {
        if (IsFull())
        {
            return false;
        }

        var name = _names.Clean(key, NameLimit, TextForm.Visible);
        var nameSize = prefix.Length + name.Length;
        writer.WriteHead(_field, ProtobufWriter.SizeOfField(nameSize) + ProtobufWriter.SizeOfField(valueSize));
        writer.WriteHead(1, nameSize);
        writer.WriteRaw(prefix);
        writer.WriteRaw(name);
        writer.WriteHead(2, valueSize);
        return true;
    }

    private bool IsFull()
    {
        var full = writer.Length - _start > TotalLimit;
        LeftOut += full ? 1U : 0;
        return full;
    }
}

/// <summary>A list attribute that is being written.</summary>
internal readonly record struct OpenList(Nested Attribute, Nested Value, Nested Array);
