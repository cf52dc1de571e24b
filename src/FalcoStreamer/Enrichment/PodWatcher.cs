using System.Net;
using System.Text.Json;
using FalcoStreamer.Telemetry;
using Polly;
using Polly.Retry;

namespace FalcoStreamer.Enrichment;

/// <summary>
/// Keeps the <see cref="PodDirectory"/> as the API server knows this node's pods: one LIST, then a WATCH for as long as there is no doubt.
/// It never gives up, and every way in which a watch lies or dies (contracts/kubernetes.md, "Pods") ends in going on or in a new LIST.
/// </summary>
internal sealed class PodWatcher
{
    /// <summary>How long a watch must have lasted to count as one that worked.</summary>
    private static readonly TimeSpan Healthy = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ListTimeout = TimeSpan.FromSeconds(60);

    // etcd takes objects up to 1.5 MiB; escapes and the managed fields can double that.
    private const int LongestLine = 4 * 1024 * 1024;

    private readonly IKubernetesApi _api;
    private readonly PodDirectory _directory;
    private readonly OwnerResolver _owners;
    private readonly TimeProvider _clock;
    private readonly AgentTelemetry _telemetry;
    private readonly ReconnectPause _pause;
    private readonly ResiliencePipeline _retry;
    private readonly string _pods;
    private readonly string _nodeName;
    private string? _resourceVersion;
    private bool _listFromCache = true;
    private string _verb = "list";
    private int _failures;
    private volatile bool _isSynced;

    public PodWatcher(
        IKubernetesApi api,
        string nodeName,
        PodDirectory directory,
        OwnerResolver owners,
        TimeProvider clock,
        AgentTelemetry telemetry,
        ReconnectPause? pause = null)
    {
        _api = api;
        _nodeName = nodeName;
        _pods = $"api/v1/pods?fieldSelector=spec.nodeName%3D{Uri.EscapeDataString(nodeName)}";
        _directory = directory;
        _owners = owners;
        _clock = clock;
        _telemetry = telemetry;
        _pause = pause ?? ReconnectPause.Usual;
        _retry = new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = int.MaxValue,
                ShouldHandle = arguments => ValueTask.FromResult(
                    !arguments.Context.CancellationToken.IsCancellationRequested && arguments.Outcome.Exception is WatchBrokenException or KubernetesApiException),
                DelayGenerator = arguments => ValueTask.FromResult<TimeSpan?>(PauseAfter(arguments.Outcome.Exception!)),
            })
            .Build();
    }

    /// <summary>Whether the pods have been listed once; from then on the directory answers as well as it can, even while the server is away.</summary>
    public bool IsSynced => _isSynced;

    /// <summary>Watches, and looks up owners, until it is cancelled; then it ends normally.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            // Neither ends by itself; should one fail, it must not fail unseen.
            await await Task.WhenAny(FollowForeverAsync(cancellation), _owners.RunAsync(cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }
    }

    private async Task FollowForeverAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await _retry.ExecuteAsync(FollowAsync, cancellation);
        }
    }

    /// <summary>Lists if it must, then watches until the server ends the watch as it should.</summary>
    private async ValueTask FollowAsync(CancellationToken cancellation)
    {
        // Any silence ends here. A list may be silent for a while, a watch until its own end and a bit.
        using var silence = new CancellationTokenSource(ListTimeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, silence.Token);
        try
        {
            if (_resourceVersion is null)
            {
                await ListAsync(either.Token);
            }

            await WatchAsync(silence, either.Token);
        }
        catch (OperationCanceledException exception) when (!cancellation.IsCancellationRequested && silence.IsCancellationRequested)
        {
            _resourceVersion = null;
            throw new WatchBrokenException(WatchFault.Silent, "nothing came for too long", exception);
        }
        catch (WatchBrokenException exception)
        {
            _resourceVersion = exception.NeedsList ? null : _resourceVersion;
            throw;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new WatchBrokenException(WatchFault.Interrupted, exception.Message, exception);
        }
    }

    private async Task ListAsync(CancellationToken cancellation)
    {
        _verb = "list";
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_listFromCache ? $"{_pods}&resourceVersion=0" : _pods, UriKind.Relative));
        using var response = await _api.SendAsync(request, cancellation);
        if (!response.IsSuccessStatusCode)
        {
            // The cache of the server that answered may be behind or too old: the next list is read from etcd.
            _listFromCache = response.StatusCode is not (HttpStatusCode.Gone or HttpStatusCode.GatewayTimeout);
            throw await PodFaults.RefusalAsync(response, "list", cancellation);
        }

        var list = await ReadListAsync(response, cancellation);
        _listFromCache = true;
        _resourceVersion = list.ResourceVersion;
        _directory.Replace(list.Pods);
        foreach (var pod in list.Pods)
        {
            _owners.Seen(pod);
        }

        _telemetry.PodsListed(_nodeName, list.Pods.Count, isNews: !_isSynced || _failures > 0);
        _isSynced = true;
    }

    private static async Task<PodList> ReadListAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            using var body = await response.Content.ReadAsStreamAsync(cancellation);
            var list = await PodProjection.ReadListAsync(body, cancellation);
            return string.IsNullOrEmpty(list.ResourceVersion)
                ? throw new WatchBrokenException(WatchFault.Unreadable, "the list of pods has no resourceVersion")
                : list;
        }
        catch (KubernetesListException exception)
        {
            throw new WatchBrokenException(WatchFault.Unreadable, $"the list of pods {exception.Message}", exception);
        }
    }

    private async Task WatchAsync(CancellationTokenSource silence, CancellationToken cancellation)
    {
        _verb = "watch";

        // Spread, so that a thousand agents do not come back in the same second.
        var seconds = Random.Shared.Next(300, 601);
        var patience = TimeSpan.FromSeconds(seconds) + Grace;
        silence.CancelAfter(patience);

        var uri = $"{_pods}&watch=true&allowWatchBookmarks=true&timeoutSeconds={seconds}&resourceVersion={Uri.EscapeDataString(_resourceVersion!)}";
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(uri, UriKind.Relative));
        using var response = await _api.SendAsync(request, cancellation);
        if (!response.IsSuccessStatusCode)
        {
            // 400 and 500 is what a version gets that the server cannot read, 410 one that it has forgotten.
            var isDoubtful = response.StatusCode is HttpStatusCode.Gone or HttpStatusCode.BadRequest or HttpStatusCode.InternalServerError;
            _resourceVersion = isDoubtful ? null : _resourceVersion;
            throw await PodFaults.RefusalAsync(response, "watch", cancellation);
        }

        var opened = _clock.GetTimestamp();
        var lines = 0;
        using var body = await response.Content.ReadAsStreamAsync(cancellation);
        await foreach (var line in WatchBody.LinesAsync(body, LongestLine, cancellation))
        {
            silence.CancelAfter(patience);
            lines++;
            Take(line);
            ForgiveIfHealthy(opened);
        }

        ForgiveIfHealthy(opened);
        if (lines == 0)
        {
            // A server sends bookmarks; one that sent nothing may never reach our version.
            throw new WatchBrokenException(WatchFault.Silent, "the watch ended without a word");
        }

        if (_clock.GetElapsedTime(opened) < Healthy)
        {
            throw new WatchBrokenException(WatchFault.EndedTooSoon, "the server ended the watch at once");
        }

        _telemetry.PodRequest("watch", "ended");
    }

    private void Take(System.Buffers.ReadOnlySequence<byte> bytes)
    {
        WatchLine line;
        try
        {
            line = WatchLine.Read(bytes);
        }
        catch (JsonException exception)
        {
            throw new WatchBrokenException(WatchFault.Unreadable, $"a line of the watch cannot be read: {exception.Message}", exception);
        }

        switch (line)
        {
            case { Type: "ERROR", Error: var error }:
                var fault = error?.Code == (int)HttpStatusCode.Gone ? WatchFault.Expired : WatchFault.Error;
                throw new WatchBrokenException(fault, $"the server ended the watch: {error?.Code} {error?.Message}");
            case { Type: "DELETED", Pod: { } deleted }:
                _directory.Delete(deleted);
                break;
            case { Pod: { } pod }:
                _directory.Set(pod);
                _owners.Seen(pod);
                break;
        }

        _resourceVersion = line.ResourceVersion ?? _resourceVersion;
    }

    private void ForgiveIfHealthy(long opened) => _failures = _clock.GetElapsedTime(opened) >= Healthy ? 0 : _failures;

    private TimeSpan PauseAfter(Exception exception)
    {
        var pause = _pause.After(++_failures, Random.Shared.NextDouble(), (exception as KubernetesApiException)?.RetryAfter);
        _telemetry.PodsNotFollowed(_verb, PodFaults.OutcomeOf(exception), exception.Message, pause, isFirst: _failures == 1);
        return pause;
    }
}
