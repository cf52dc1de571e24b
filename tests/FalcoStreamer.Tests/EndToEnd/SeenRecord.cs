using System.Globalization;
using FalcoStreamer.Simulator.Collector;
using OpenTelemetry.Proto.Common.V1;

namespace FalcoStreamer.Tests.EndToEnd;

/// <summary>A log record at the collector, its attributes as text.</summary>
internal sealed class SeenRecord(CollectedRecord record)
{
    public string EventName => record.Record.EventName;

    /// <summary>The attributes of the resource.</summary>
    public IReadOnlyDictionary<string, string> Resource { get; } =
        record.ResourceAttributes.ToDictionary(attribute => attribute.Key, attribute => TextOf(attribute.Value));

    /// <summary>An attribute; null when there is none.</summary>
    public string? this[string name] => record.Attributes.TryGetValue(name, out var value) ? TextOf(value) : null;

    private static string TextOf(AnyValue value) => value.ValueCase switch
    {
        AnyValue.ValueOneofCase.StringValue => value.StringValue,
        AnyValue.ValueOneofCase.IntValue => value.IntValue.ToString(CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.DoubleValue => value.DoubleValue.ToString(CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
