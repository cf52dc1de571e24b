using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Reporting;

/// <summary>
/// The fields of the Pod Security Standard "baseline" that few specifications set: host ports, kernel settings, and what switches the kernel's own
/// fences off (kubernetes.io/docs/concepts/security/pod-security-standards).
/// </summary>
internal static class BaselineAdvice
{
    private static readonly string[] SafeSysctls =
    [
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
    ];

    private static readonly string[] SafeSeLinuxTypes = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

    /// <summary>The fields that are not as the standard asks, each with a sentence.</summary>
    public static IEnumerable<(string Field, string Text)> Of(PodFacts pod, ContainerFacts container, SpecPath path)
    {
        if (container.HostPorts.Count > 0)
        {
            yield return (
                "hostPorts",
                $"Take hostPort {Sentences.List([.. container.HostPorts.Select(port => $"{port}")])} out of {path.Container}.ports: it opens that port on the node itself, beside every NetworkPolicy; a Service does the same (Pod Security Standard baseline).");
        }

        if (container.RequestHosts.Count > 0)
        {
            yield return (
                "probeHost",
                $"Take {Sentences.List(container.RequestHosts)} out of {path.Container}: with a host of its own the pod has the node's kubelet send requests there (Pod Security Standard baseline since Kubernetes 1.34).");
        }

        var unsafeSysctls = pod.Security.Sysctls.Except(SafeSysctls, StringComparer.Ordinal).ToList();
        if (unsafeSysctls.Count > 0)
        {
            yield return ("sysctls", $"Take {Sentences.List(unsafeSysctls)} out of {path.Pod}.securityContext.sysctls: it is not among the settings that stay within the pod (Pod Security Standard baseline).");
        }

        if (container.Security.ProcMount is "Unmasked")
        {
            yield return ("procMount", $"Take procMount out of {path.Container}.securityContext: Unmasked shows the parts of /proc that containers are kept from (Pod Security Standard baseline).");
        }

        if ((container.Security.AppArmorType ?? pod.Security.AppArmorType) is "Unconfined")
        {
            yield return ("appArmorProfile", $"Set {path.Container}.securityContext.appArmorProfile.type to RuntimeDefault: Unconfined switches AppArmor off (Pod Security Standard baseline).");
        }

        var type = container.Security.SeLinuxType ?? pod.Security.SeLinuxType ?? "";
        if (!SafeSeLinuxTypes.Contains(type, StringComparer.Ordinal))
        {
            yield return ("seLinuxOptions", $"Take the type {type} out of {path.Container}.securityContext.seLinuxOptions: it is none of those made for containers (Pod Security Standard baseline).");
        }

        if (container.Security.HasSeLinuxIdentity || pod.Security.HasSeLinuxIdentity)
        {
            yield return ("seLinuxOptions", $"Take user and role out of {path.Container}.securityContext.seLinuxOptions: a container gets them from the runtime (Pod Security Standard baseline).");
        }
    }
}
