using System.Diagnostics.Metrics;

namespace FalcoStreamer.Telemetry;

/// <summary>
/// Everything the agent says about itself: one method an event, which logs and counts, so that other code stays one line.
/// The parts are one file a stage; event IDs are 1xx for sources, 2xx enrichment, 3xx correlation, 4xx reporting, 5xx sinks, 9xx the whole agent.
/// </summary>
/// <remarks>Loss is counted every time and logged once a burst; tags come from closed sets. Safe for use by several threads.</remarks>
internal sealed partial class AgentTelemetry : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "FalcoStreamer";

    private readonly ILogger _logger;
    private readonly Meter _meter;

    public AgentTelemetry(ILogger<AgentTelemetry> logger, IMeterFactory meters)
    {
        _logger = logger;
        _meter = meters.Create(MeterName);
        CreateSourceInstruments();
        CreateEnrichmentInstruments();
        CreateCorrelationInstruments();
        CreateSinkInstruments();
        CreateAccountInstruments();
    }

    public void Dispose() => _meter.Dispose();

    private partial void CreateSourceInstruments();

    private partial void CreateEnrichmentInstruments();

    private partial void CreateCorrelationInstruments();

    private partial void CreateSinkInstruments();
}
