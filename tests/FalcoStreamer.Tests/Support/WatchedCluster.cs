using System.Text;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Simulator.ApiServer;
using Microsoft.Extensions.Time.Testing;

namespace FalcoStreamer.Tests.Support;

/// <summary>An API server double with a watcher on it, over a real connection.</summary>
internal sealed class WatchedCluster : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("falcostreamer-");
    private readonly TimeProvider _clock;
    private readonly ReconnectPause _pause;
    private KubernetesConnection? _connection;
    private Task _run = Task.CompletedTask;

    /// <param name="clock">A clock that a test moves; pauses take no time then. Without one time is real and pauses are very short.</param>
    public WatchedCluster(FakeTimeProvider? clock = null, bool useTls = false)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        _stop.CancelAfter(TimeSpan.FromSeconds(30));
        _clock = clock ?? TimeProvider.System;
        _pause = clock is null ? new ReconnectPause(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(20)) : new ReconnectPause(TimeSpan.Zero, TimeSpan.Zero);
        Api = new ApiServerDouble(_clock, useTls);
        Pods = new PodDirectory(_clock, Probe.Telemetry);
    }

    public ApiServerDouble Api { get; }

    public TelemetryProbe Probe { get; } = new();

    public PodDirectory Pods { get; }

    public OwnerResolver Owners { get; private set; } = null!;

    public PodWatcher Watcher { get; private set; } = null!;

    public IKubernetesApi Connection => _connection!;

    /// <summary>Ends with the test, or when it hangs.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Starts server and watcher.</summary>
    public async Task StartAsync()
    {
        await Api.StartAsync();
        StartWatcher();
    }

    /// <summary>Starts the watcher alone.</summary>
    public void StartWatcher()
    {
        Connect();
        Owners = new OwnerResolver(Connection, _clock, Probe.Telemetry);
        Watcher = new PodWatcher(Connection, "node-1", Pods, Owners, _clock, Probe.Telemetry, _pause);
        _run = Watcher.RunAsync(Stop);
    }

    /// <summary>Opens the connection without a watcher.</summary>
    public void Connect() => _connection = new KubernetesConnection(
        new KubernetesOptions { Kubeconfig = Api.WriteKubeconfig(_folder.FullName) },
        _clock,
        Probe.Telemetry);

    /// <summary>Writes the kubeconfig anew, e.g. with another token.</summary>
    public void RenewKubeconfig() => Api.WriteKubeconfig(_folder.FullName);

    public Task WatchedAsync(int times = 1) => Api.Requests.WaitForAsync("watch", "pods", times, Stop);

    public Task ListedAsync(int times) => Api.Requests.WaitForAsync("list", "pods", times, Stop);

    /// <summary>Waits until the directory is as it should be.</summary>
    public async Task UntilAsync(Func<PodDirectory, bool> isReached)
    {
        while (true)
        {
            var version = Pods.Version;
            if (isReached(Pods))
            {
                return;
            }

            await Pods.WaitForChangeAsync(version, Stop);
        }
    }

    public Task KnownAsync(string id, PodMatchKind kind = PodMatchKind.Live) => UntilAsync(pods => pods.Find(Encoding.UTF8.GetBytes(id)).Kind == kind);

    /// <summary>Waits until so many questions for owners were answered.</summary>
    public Task OwnersAnsweredAsync(int count) => Probe.LoggedAsync(208, count, Stop);

    /// <summary>Cancels the watcher and waits for its end.</summary>
    public async Task EndAsync()
    {
        await _stop.CancelAsync();
        await _run;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        await Api.DisposeAsync();
        _connection?.Dispose();
        _stop.Dispose();
        Probe.Dispose();
        _folder.Delete(recursive: true);
    }
}

/// <summary>A clock of a test that tells when somebody begins to wait.</summary>
internal sealed class WaitedForClock : FakeTimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<TimeSpan> _waits = [];
    private readonly List<(TimeSpan Wait, TaskCompletionSource Seen)> _watchers = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        lock (_gate)
        {
            _waits.Add(dueTime);
            _watchers.Where(watcher => watcher.Wait == dueTime).ToList().ForEach(watcher => watcher.Seen.TrySetResult());
        }

        return timer;
    }

    /// <summary>Ends as soon as somebody has begun to wait for just so long.</summary>
    public Task BegunAsync(TimeSpan wait, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_waits.Contains(wait))
            {
                return Task.CompletedTask;
            }

            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _watchers.Add((wait, seen));
            return seen.Task.WaitAsync(cancellation);
        }
    }
}
