using System.Diagnostics.Metrics;
using FalcoStreamer.Alerts;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Simulator.Collector;
using FalcoStreamer.Sinks;
using FalcoStreamer.Sinks.Otlp;
using FalcoStreamer.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FalcoStreamer.Tests.Sinks.Otlp;

/// <summary>An OTLP sink in front of a collector double.</summary>
internal sealed class OtlpScene : IAsyncDisposable
{
    private readonly TelemetryProbe _probe = new();

    private OtlpScene(CollectorDouble collector, OtlpOptions options, int requestLimit)
    {
        Collector = collector;
        var settings = OtlpSettings.From(options, _ => null)!;
        Sink = new OtlpLogSink(OtlpTransport.Create(settings, Clock), Content(), _probe.Telemetry, requestLimit);
    }

    public CollectorDouble Collector { get; }

    public CollectorStore Store => Collector.Store;

    public FakeTimeProvider Clock { get; } = new();

    public OtlpLogSink Sink { get; }

    public FakeLogCollector Log => _probe.Log;

    public static async Task<OtlpScene> StartAsync(
        string protocol,
        string compression = "gzip",
        int requestLimit = OtlpLogSink.RequestLimit,
        Action<OtlpOptions>? configure = null,
        CollectorOptions? collectorOptions = null)
    {
        var collector = new CollectorDouble(collectorOptions);
        await collector.StartAsync(TestContext.Current.CancellationToken);
        var endpoint = protocol == "grpc" ? collector.GrpcEndpoint : collector.HttpEndpoint;
        var options = new OtlpOptions { Endpoint = endpoint.ToString(), Protocol = protocol, Compression = compression };
        configure?.Invoke(options);
        return new OtlpScene(collector, options, requestLimit);
    }

    public Task SendAsync(params IReadOnlyList<SinkRecord> records) => Sink.SendAsync(records, TestContext.Current.CancellationToken);

    /// <summary>How many records were counted with an outcome.</summary>
    public long Counted(string outcome) => _probe.Counted(outcome);

    public async ValueTask DisposeAsync()
    {
        Sink.Dispose();
        _probe.Dispose();
        await Collector.DisposeAsync();
    }

    public static OtlpContent Content() => new() { Markdown = report => $"# {report.Headline}", Version = "1.2.3", ClusterName = "lab" };

    /// <summary>An alert's record, about the pod that Falco names, or the node.</summary>
    public static AlertRecord Record(FalcoAlert alert) =>
        new(alert, SubjectOf(alert), "0123456789abcdef0123456789abcdef", alert.Time + TimeSpan.FromMilliseconds(20));

    private static Subject SubjectOf(FalcoAlert alert)
    {
        var id = alert.Field("container.id").ToStringOrNull();
        return id is null or "host"
            ? new Subject { Kind = SubjectKind.Node, Resolution = Resolution.None, Name = "node-1" }
            : new Subject
            {
                Kind = SubjectKind.Pod,
                Resolution = Resolution.Live,
                Namespace = alert.Field("k8s.ns.name").ToStringOrNull() ?? "lab",
                Name = alert.Field("k8s.pod.name").ToStringOrNull() ?? $"pod-{id}",
                Uid = $"uid-{id}",
                Container = alert.Field("container.name").ToStringOrNull(),
                ContainerId = id,
                Node = "node-1",
            };
    }
}

/// <summary>Telemetry whose logs and counters can be read.</summary>
internal sealed class TelemetryProbe : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FakeLogger<AgentTelemetry> _logger = new();
    private readonly MetricCollector<long> _records;

    public TelemetryProbe()
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        _records = new MetricCollector<long>(meters, AgentTelemetry.MeterName, "falcostreamer.sink.records");
        Telemetry = new AgentTelemetry(_logger, meters);
    }

    public AgentTelemetry Telemetry { get; }

    public FakeLogCollector Log => _logger.Collector;

    public long Counted(string outcome) => _records.GetMeasurementSnapshot()
        .Where(measured => outcome.Equals(measured.Tags["outcome"]))
        .Sum(measured => measured.Value);

    public void Dispose()
    {
        _records.Dispose();
        Telemetry.Dispose();
        _services.Dispose();
    }
}
