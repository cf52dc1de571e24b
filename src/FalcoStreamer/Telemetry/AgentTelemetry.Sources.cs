using System.Diagnostics.Metrics;

namespace FalcoStreamer.Telemetry;

/// <content>Sources: 1xx.</content>
internal sealed partial class AgentTelemetry
{
    private Counter<long> _alertsReceived = null!;

    private partial void CreateSourceInstruments()
    {
        _alertsReceived = _meter.CreateCounter<long>("falcostreamer.alerts.received", "{alert}", "Alerts taken from a source.");
    }

    /// <summary>An alert has come in.</summary>
    public void AlertReceived(string source) => _alertsReceived.Add(1, new KeyValuePair<string, object?>("source", source));
}
