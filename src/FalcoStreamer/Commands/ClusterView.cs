using FalcoStreamer.Configuration;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Telemetry;
using k8s;

namespace FalcoStreamer.Commands;

/// <summary>What the agent knows of the cluster and how it learns it; without an API server it knows nothing and asks nothing.</summary>
internal sealed class ClusterView
{
    private readonly PodWatcher? _watcher;
    private readonly ClusterIdentity? _identity;

    private ClusterView(KubernetesOptions options, PodTextKeys wanted, TimeProvider clock, AgentTelemetry telemetry)
    {
        var pods = new PodDirectory(clock, telemetry, wanted);
        Pods = pods;
        NodeName = options.NodeName ?? Environment.GetEnvironmentVariable("NODE_NAME");
        if (!options.Enabled)
        {
            Facts = ClusterObjects.Empty;
            Enricher = new AlertEnricher(pods, ClusterObjects.Empty, Facts, NodeName, isLive: false, clock, telemetry);
            return;
        }

        var node = NodeName ?? throw new ConfigurationException(
            "kubernetes.nodeName is not set and NODE_NAME is not in the environment: give the name of this node, or set kubernetes.enabled to false");
        if (options.Kubeconfig is null && !KubernetesClientConfiguration.IsInCluster())
        {
            throw new ConfigurationException(
                "kubernetes.kubeconfig is not set and this is no pod with a service account: give a kubeconfig, or set kubernetes.enabled to false");
        }

        if (options.Kubeconfig is { } kubeconfig && !File.Exists(kubeconfig))
        {
            throw new ConfigurationException($"kubernetes.kubeconfig names {kubeconfig}, which is not there");
        }

        var api = new KubernetesConnection(options, clock, telemetry);
        var owners = new OwnerResolver(api, clock, telemetry);
        Api = api;
        _identity = new ClusterIdentity(api, node, clock, telemetry);
        Facts = _identity;
        _watcher = new PodWatcher(api, node, pods, owners, clock, telemetry);
        Enricher = new AlertEnricher(pods, owners, _identity, node, isLive: true, clock, telemetry);
    }

    public IPodDirectory Pods { get; }

    public AlertEnricher Enricher { get; }

    public IClusterFacts Facts { get; }

    public string? NodeName { get; }

    /// <summary>The API server; null with <c>kubernetes.enabled: false</c>.</summary>
    public IKubernetesApi? Api { get; }

    /// <summary>Whether the pods of this node are known, or nobody asks for them.</summary>
    public bool IsSynced => _watcher?.IsSynced ?? true;

    /// <exception cref="ConfigurationException">The node or the API server is not given.</exception>
    public static ClusterView Create(KubernetesOptions options, PodTextKeys wanted, TimeProvider clock, AgentTelemetry telemetry) => new(options, wanted, clock, telemetry);

    /// <summary>Keeps what is known up to date until it is cancelled; then it ends normally.</summary>
    public Task RunAsync(CancellationToken cancellation) => _watcher is null || _identity is null
        ? Task.CompletedTask
        : Task.WhenAll(_watcher.RunAsync(cancellation), _identity.RunAsync(cancellation));
}
