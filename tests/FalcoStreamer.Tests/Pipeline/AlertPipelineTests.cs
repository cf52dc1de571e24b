using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Pipeline;
using FalcoStreamer.Sinks;
using FalcoStreamer.Sources;
using FalcoStreamer.Storage;
using FalcoStreamer.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace FalcoStreamer.Tests.Pipeline;

public sealed class AlertPipelineTests : IDisposable
{
    private readonly TelemetryProbe _probe = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2025, 1, 1, 10, 0, 0, TimeSpan.Zero));
    private readonly FakeSink _sink = new();
    private readonly PodDirectory _pods;
    private readonly CancellationTokenSource _stop = new();

    public AlertPipelineTests() => _pods = new PodDirectory(_clock, _probe.Telemetry);

    public void Dispose()
    {
        _stop.Dispose();
        _probe.Dispose();
    }

    [Fact]
    public async Task TakesAnAlertToTheSinkWithItsPodAndIncident()
    {
        _pods.Replace([SomePods.CalicoNode()]);

        await RunAsync(SomePods.CalicoAlert("A"), SomePods.CalicoAlert("B", Some.Time + TimeSpan.FromMilliseconds(100)));

        Assert.Equal(2, _sink.Taken.OfType<AlertRecord>().Count());
        Assert.All(_sink.Taken.OfType<AlertRecord>(), record => Assert.Equal("calico-node-x2x9p", record.Subject.Name));
        var last = _sink.Taken.OfType<ReportRecord>().Last();
        Assert.Equal(IncidentChangeKind.Closed, last.Change);
        Assert.Equal(2, last.Report.Incident.Count);
        Assert.Equal(last.Report.Incident.Id, Assert.Single(_sink.Taken.OfType<AlertRecord>().Select(record => record.IncidentId).Distinct()));
    }

    [Fact]
    public async Task CountsAnAlertOnce_WhenItComesTwice()
    {
        var alert = SomePods.CalicoAlert("A");

        await RunAsync(alert, SomePods.CalicoAlert("A"));

        Assert.Single(_sink.Taken.OfType<AlertRecord>());
    }

    [Fact]
    public async Task WaitsForThePod_WhenTheAlertComesFirst()
    {
        var source = new HeldSource(SomePods.CalicoAlert("A"));
        var running = Pipeline(source).RunAsync(_stop.Token);
        await source.Given;

        _pods.Replace([SomePods.CalicoNode()]);
        source.End();
        await running;

        Assert.Equal(SubjectKind.Pod, _sink.Taken.OfType<AlertRecord>().Single().Subject.Kind);
    }

    [Fact]
    public async Task GoesOnWithWhatFalcoSays_WhenThePodNeverComes()
    {
        await RunAsync(SomePods.CalicoAlert("A", fields: [("k8s.ns.name", "kube-system"), ("k8s.pod.name", "calico-node-x2x9p")]));

        var subject = _sink.Taken.OfType<AlertRecord>().Single().Subject;
        Assert.Equal(SubjectKind.Unresolved, subject.Kind);
        Assert.Equal("calico-node-x2x9p", subject.Name);
    }

    [Fact]
    public async Task Fails_WhenASourceBreaks()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => Pipeline(new BrokenSource()).RunAsync(_stop.Token));
    }

    private async Task RunAsync(params FalcoAlert[] alerts)
    {
        var source = new HeldSource(alerts);
        var running = Pipeline(source).RunAsync(_stop.Token);
        source.End();
        await running;
    }

    private WatchedPipeline Pipeline(IAlertSource source)
    {
        var enricher = new AlertEnricher(_pods, ClusterObjects.Empty, ClusterObjects.Empty, "node-1", isLive: true, _clock, _probe.Telemetry);
        var correlator = new Correlator(Shipped.Behaviours, new CorrelationOptions());
        var queue = new SinkQueue(_sink, new SinkQueueOptions { BatchPause = TimeSpan.Zero }, _clock, _probe.Telemetry);
        var storage = new MemoryStorage(_probe.Telemetry);
        var fan = new SinkFan([queue], [], SomeReport.Writer, storage, _probe.Telemetry);
        return new WatchedPipeline(new AlertPipeline([source], storage, _pods, enricher, correlator, fan, _clock, _probe.Telemetry), fan);
    }

    /// <summary>The pipeline and what sends behind it.</summary>
    private sealed class WatchedPipeline(AlertPipeline pipeline, SinkFan sinks)
    {
        public async Task RunAsync(CancellationToken stop)
        {
            var sending = sinks.RunAsync(TestContext.Current.CancellationToken);
            await pipeline.RunAsync(stop);
            await sending;
        }
    }

    /// <summary>Gives alerts and then stays open until it is ended.</summary>
    private sealed class HeldSource(params FalcoAlert[] alerts) : IAlertSource
    {
        private readonly TaskCompletionSource _given = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Name => "held";

        public Task Given => _given.Task;

        public void End() => _end.TrySetResult();

        public async IAsyncEnumerable<AlertBatch> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
        {
            yield return new AlertBatch(alerts);

            _given.TrySetResult();
            await _end.Task.WaitAsync(stop);
        }
    }

    private sealed class BrokenSource : IAlertSource
    {
        public string Name => "broken";

        public async IAsyncEnumerable<AlertBatch> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
        {
            await Task.Yield();
            if (!stop.IsCancellationRequested)
            {
                throw new InvalidOperationException("broken");
            }

            yield break;
        }
    }
}
