using FalcoStreamer.Protos.OpenTelemetry.Common.V1;
using FalcoStreamer.Protos.OpenTelemetry.Logs.V1;

namespace FalcoStreamer.Simulator.Collector;

/// <summary>A log record as a collector got it, with the resource that it came under.</summary>
internal sealed class CollectedRecord
{
    private readonly Dictionary<string, AnyValue> _attributes;

    public CollectedRecord(LogRecord record, ResourceLogs under, string scope)
    {
        Record = record;
        Scope = scope;
        Resource = under.Resource.Attributes.ToDictionary(attribute => attribute.Key, attribute => TextOf(attribute.Value));
        _attributes = record.Attributes.ToDictionary(attribute => attribute.Key, attribute => attribute.Value);
    }

    public LogRecord Record { get; }

    public string Scope { get; }

    /// <summary>The resource's attributes as text.</summary>
    public IReadOnlyDictionary<string, string> Resource { get; }

    public string EventName => Record.EventName;

    public IReadOnlyDictionary<string, AnyValue> Attributes => _attributes;

    /// <summary>An attribute as text; null when there is none.</summary>
    public string? this[string name] => _attributes.TryGetValue(name, out var value) ? TextOf(value) : null;

    /// <summary>A value as people write it; lists with commas between.</summary>
    public static string TextOf(AnyValue value) => value.ValueCase switch
    {
        AnyValue.ValueOneofCase.StringValue => value.StringValue,
        AnyValue.ValueOneofCase.BoolValue => value.BoolValue ? "true" : "false",
        AnyValue.ValueOneofCase.IntValue => value.IntValue.ToString(System.Globalization.CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.DoubleValue => value.DoubleValue.ToString(System.Globalization.CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.ArrayValue => string.Join(',', value.ArrayValue.Values.Select(TextOf)),
        _ => "",
    };
}
