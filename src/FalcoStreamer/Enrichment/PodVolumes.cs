using System.Text.Json;

namespace FalcoStreamer.Enrichment;

/// <summary>What a pod's volumes say of the node and of its service account.</summary>
internal static class PodVolumes
{
    private const string TokenPath = "/var/run/secrets/kubernetes.io/serviceaccount";

    // kubernetes.io/docs/concepts/security/pod-security-standards, "Volume Types"; "projected" has a member of its own.
    private static readonly string[] RestrictedKinds = ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "secret"];

    /// <summary>The volumes of kinds that the Pod Security Standard "restricted" does not list, but for hostPath, which <see cref="HostPaths"/> gives.</summary>
    public static IReadOnlyList<VolumeFacts> BeyondRestricted(PodSpecJson spec) =>
    [
        .. from volume in spec.Volumes ?? []
           from kind in volume.Others ?? []
           where kind.Value.ValueKind == JsonValueKind.Object && !RestrictedKinds.Contains(kind.Key, StringComparer.Ordinal)
           select new VolumeFacts(volume.Name ?? "", kind.Key),
    ];

    /// <summary>The node's paths in hostPath volumes.</summary>
    public static IReadOnlyList<string> HostPaths(PodSpecJson spec) =>
        [.. (spec.Volumes ?? []).Select(volume => Path(volume.HostPath)).OfType<string>().Distinct(StringComparer.Ordinal)];

    /// <summary>The path of a hostPath volume without a slash at its end; null for null.</summary>
    public static string? Path(HostPathJson? hostPath) => hostPath?.Path switch
    {
        null or "" => null,
        var path when path.TrimEnd('/') is { Length: > 0 } trimmed => trimmed,
        _ => "/",
    };

    /// <summary>
    /// Whether a token of the service account is mounted. The API server writes the volume into the specification, so a mount proves it;
    /// without one only the pod's own refusal proves the opposite.
    /// </summary>
    public static bool? HasToken(PodSpecJson spec)
    {
        var isProjected = (spec.Volumes ?? []).Exists(volume => (volume.Projected?.Sources ?? []).Exists(source => source.ServiceAccountToken is not null));
        var containers = (spec.InitContainers ?? []).Concat(spec.Containers ?? []);
        if (isProjected || containers.Any(container => (container.VolumeMounts ?? []).Exists(mount => mount.MountPath?.TrimEnd('/') == TokenPath)))
        {
            return true;
        }

        return spec.AutomountServiceAccountToken == false ? false : null;
    }
}
