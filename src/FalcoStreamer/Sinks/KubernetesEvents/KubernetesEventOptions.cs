namespace FalcoStreamer.Sinks.KubernetesEvents;

/// <summary>How Events are written: <c>sinks.kubernetesEvents</c>.</summary>
internal sealed class KubernetesEventOptions
{
    public bool Enabled { get; set; } = true;

    /// <summary>Our own pod: the environment's <c>POD_NAME</c>. No Event is written about it, and it signs every Event.</summary>
    public string? PodName { get; set; }

    /// <summary>The environment's <c>POD_NAMESPACE</c>.</summary>
    public string? PodNamespace { get; set; }

    /// <summary>The node that stands in for a container whose pod nobody knows: <c>kubernetes.nodeName</c>.</summary>
    public string? NodeName { get; set; }

    /// <summary>How long one call may take before it counts as failed.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
