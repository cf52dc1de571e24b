using System.Net;
using System.Text.Json;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Enrichment;

/// <summary>Asks the API server once for the UIDs of this node and of the cluster; nothing waits for the answer.</summary>
internal sealed class ClusterIdentity(IKubernetesApi api, string nodeName, TimeProvider clock, AgentTelemetry telemetry, ReconnectPause? pause = null) : IClusterFacts
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    // What is forbidden may be granted later, by somebody who reads the log.
    private static readonly ReconnectPause Patient = new(TimeSpan.FromSeconds(0.8), TimeSpan.FromMinutes(5));

    private readonly ReconnectPause _pause = pause ?? Patient;
    private volatile string? _clusterUid;
    private volatile string? _nodeUid;
    private long _version;

    public long Version => Interlocked.Read(ref _version);

    public string? ClusterUid => _clusterUid;

    public string? NodeUid(string name) => name == nodeName ? _nodeUid : null;

    /// <summary>Asks until both are known or it is cancelled; then it ends normally.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var isForbiddenSaid = false;
        try
        {
            for (var failures = 1; ; failures++)
            {
                try
                {
                    _nodeUid ??= await UidAsync($"api/v1/nodes/{Uri.EscapeDataString(nodeName)}", cancellation);
                    _clusterUid ??= await UidAsync("api/v1/namespaces/kube-system", cancellation);
                    return;
                }
                catch (KubernetesApiException exception) when (exception.Status == HttpStatusCode.Forbidden)
                {
                    telemetry.IdentityForbidden(exception.Message, isFirst: !isForbiddenSaid);
                    isForbiddenSaid = true;
                }
                catch (Exception exception) when (!cancellation.IsCancellationRequested
                    && exception is KubernetesApiException or HttpRequestException or IOException or JsonException or OperationCanceledException)
                {
                    telemetry.IdentityNotKnown(exception.Message);
                }

                await Task.Delay(_pause.After(failures, Random.Shared.NextDouble()), clock, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }
    }

    private async Task<string?> UidAsync(string path, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(AnswerTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        using var response = await api.SendAsync(request, either.Token);
        if (!response.IsSuccessStatusCode)
        {
            throw await KubernetesApiException.ReadAsync(response, either.Token);
        }

        using var body = await response.Content.ReadAsStreamAsync(either.Token);
        var answer = await JsonSerializer.DeserializeAsync(body, KubernetesJsonContext.Default.ObjectJson, either.Token);
        Interlocked.Increment(ref _version);
        return answer?.Metadata?.Uid;
    }
}
