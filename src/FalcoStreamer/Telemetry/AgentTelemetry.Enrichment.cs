using System.Diagnostics.Metrics;

namespace FalcoStreamer.Telemetry;

/// <content>Enrichment: 2xx.</content>
internal sealed partial class AgentTelemetry
{
    private Counter<long> _podLookups = null!;

    private partial void CreateEnrichmentInstruments()
    {
        _podLookups = _meter.CreateCounter<long>("falcostreamer.pods.lookups", "{alert}", "Alerts by how their pod was found.");
    }

    /// <summary>An alert's pod was looked for; <paramref name="outcome"/> is <c>live</c>, <c>deleted</c>, <c>falco</c> or <c>none</c>.</summary>
    public void PodLookedUp(string outcome) => _podLookups.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
