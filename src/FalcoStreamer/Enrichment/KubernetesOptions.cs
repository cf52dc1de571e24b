namespace FalcoStreamer.Enrichment;

/// <summary>How the agent reaches the API server: the configuration's section <c>kubernetes</c>.</summary>
internal sealed class KubernetesOptions
{
    /// <summary>False is a full mode: no API call is made, subjects come from Falco's own fields only.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The path of a kubeconfig; null means the service account that a pod is given.</summary>
    public string? Kubeconfig { get; set; }

    /// <summary>The node whose pods are watched. Composition fills in the environment's <c>NODE_NAME</c> where it is null.</summary>
    public string? NodeName { get; set; }
}
