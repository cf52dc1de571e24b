using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Correlation;

/// <summary>
/// Tells pods whose own specification must not vouch for what they do: nothing owns them, and they have rights over the node. Whoever may create one
/// pod by hand writes its command too, and such a pod is how somebody takes a node.
/// </summary>
internal static class NodeRights
{
    private static readonly string[] Capabilities = ["ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "DAC_READ_SEARCH"];

    private static readonly string[] Paths =
        ["/", "/etc", "/root", "/home", "/proc", "/dev", "/usr", "/var", "/run", "/var/run", "/var/lib", "/var/lib/kubelet", "/etc/kubernetes", "/etc/kubernetes/manifests"];

    /// <summary>Whether nothing owns the pod and it can do to the node what it likes. A static pod belongs to its node.</summary>
    public static bool AreNobodys(PodFacts pod) =>
        pod is { Controller: null, ConfigHash: null } && (pod.HostPid || pod.HostPaths.Any(IsSensitive) || pod.Containers.Any(IsPowerful));

    private static bool IsPowerful(ContainerFacts container) =>
        container.Security.Privileged == true || SubjectSets.Capabilities(container)!.Intersect(Capabilities, StringComparer.OrdinalIgnoreCase).Any();

    private static bool IsSensitive(string path) => Paths.Contains(path, StringComparer.Ordinal) || path.EndsWith(".sock", StringComparison.Ordinal);
}
