using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Pipeline;
using FalcoStreamer.Sinks;
using FalcoStreamer.Sources;
using FalcoStreamer.Storage;
using FalcoStreamer.Telemetry;
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
        Assert.True(_probe.Telemetry.Accounts.AddUp, _probe.Telemetry.Accounts.ToString());
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
        var source = Source(SomePods.CalicoAlert("A"));
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

    [Fact]
    public async Task MakesProgress_WhileASinkHangs()
    {
        _sink.Answer(cancellation => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation));
        var source = Source(SomePods.CalicoAlert("A"));
        var pipeline = Pipeline(source);
        using var grace = new CancellationTokenSource();
        var running = pipeline.RunAsync(_stop.Token, grace.Token);
        await source.Given;

        for (var minute = 0; minute < 20; minute++)
        {
            // More than the loop may stand still, so that it must have turned meanwhile.
            _clock.Advance(TimeSpan.FromMinutes(1));
            await WaitForAsync(() => pipeline.MakesProgress);
        }

        source.End();
        await WaitForAsync(() => _probe.Telemetry.Accounts.Sources.Any(account => account.Delivered == 1));
        await grace.CancelAsync();
        await running;
    }

    [Fact]
    public async Task MakesNoProgress_WhenItsLoopIsStuck()
    {
        using var pods = new StuckPods(_pods);
        var source = Source(SomePods.CalicoAlert("A"));
        var pipeline = Pipeline(source, pods);
        // Elsewhere, because the loop may come to the pods before it waits for anything.
        var running = Task.Run(() => pipeline.RunAsync(_stop.Token, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        await pods.Asked;
        Assert.True(pipeline.MakesProgress);

        _clock.Advance(TimeSpan.FromSeconds(31));

        Assert.False(pipeline.MakesProgress);
        pods.Release();
        source.End();
        await running;
    }

    private async Task RunAsync(params FalcoAlert[] alerts)
    {
        var source = Source(alerts);
        var running = Pipeline(source).RunAsync(_stop.Token);
        source.End();
        await running;
    }

    private HeldSource Source(params FalcoAlert[] alerts) => new(_probe.Telemetry, alerts);

    private static async Task WaitForAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private WatchedPipeline Pipeline(IAlertSource source, IPodDirectory? pods = null)
    {
        var enricher = new AlertEnricher(pods ?? _pods, ClusterObjects.Empty, ClusterObjects.Empty, "node-1", isLive: true, _clock, _probe.Telemetry);
        var correlator = new Correlator(Shipped.Behaviours, new CorrelationOptions());
        var queue = new SinkQueue(_sink, new SinkQueueOptions { BatchPause = TimeSpan.Zero }, _clock, _probe.Telemetry);
        var storage = new MemoryStorage(_probe.Telemetry);
        var fan = new SinkFan([queue], [], SomeReport.Writer, storage, _probe.Telemetry);
        return new WatchedPipeline(new AlertPipeline([source], storage, _pods, enricher, correlator, fan, _clock, _probe.Telemetry), fan);
    }

    /// <summary>The pipeline and what sends behind it.</summary>
    private sealed class WatchedPipeline(AlertPipeline pipeline, SinkFan sinks)
    {
        public bool MakesProgress => pipeline.MakesProgress;

        public Task RunAsync(CancellationToken stop) => RunAsync(stop, TestContext.Current.CancellationToken);

        public async Task RunAsync(CancellationToken stop, CancellationToken graceEnded)
        {
            var sending = sinks.RunAsync(graceEnded);
            await pipeline.RunAsync(stop);
            await sending;
        }
    }

    /// <summary>Pods that answer only when they are released.</summary>
    private sealed class StuckPods(IPodDirectory pods) : IPodDirectory, IDisposable
    {
        private readonly ManualResetEventSlim _released = new();
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public long Version => pods.Version;

        public void Release() => _released.Set();

        public Task WaitForChangeAsync(long version, CancellationToken cancellation) => pods.WaitForChangeAsync(version, cancellation);

        public PodMatch Find(ReadOnlySpan<byte> containerId)
        {
            Wait();
            return pods.Find(containerId);
        }

        public PodMatch FindPod(ReadOnlySpan<byte> podUid)
        {
            Wait();
            return pods.FindPod(podUid);
        }

        public PodMatch FindPod(string @namespace, string name)
        {
            Wait();
            return pods.FindPod(@namespace, name);
        }

        public void Dispose() => _released.Dispose();

        private void Wait()
        {
            _asked.TrySetResult();
            _released.Wait();
        }
    }

    /// <summary>Gives alerts and then stays open until it is ended.</summary>
    private sealed class HeldSource(AgentTelemetry telemetry, FalcoAlert[] alerts) : IAlertSource
    {
        private readonly TaskCompletionSource _given = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Name => "held";

        public Task Given => _given.Task;

        public void End() => _end.TrySetResult();

        public async IAsyncEnumerable<AlertBatch> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
        {
            telemetry.AlertsReceived(Name, alerts.Length);
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
