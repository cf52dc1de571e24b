using System.Text;
using System.Text.Json;
using FalcoStreamer.Alerts;

namespace FalcoStreamer.Enrichment;

/// <summary>Makes <see cref="PodFacts"/> out of what the API server and kubectl write.</summary>
internal static class PodProjection
{
    private const string Remedy = "kubectl get pods -A -o json";

    /// <summary>
    /// Reads a List or PodList pod by pod, so that one whole object at a time is in memory. Items of other kinds are passed over.
    /// </summary>
    /// <exception cref="KubernetesListException">It is none; the message names what it is and the remedy.</exception>
    public static async Task<PodList> ReadListAsync(Stream stream, CancellationToken cancellation)
    {
        var list = await KubernetesList.ReadAsync(stream, KubernetesJsonContext.Default.ListJsonPodItem, Remedy, cancellation);
        if (list.Kind is not ("List" or "PodList"))
        {
            throw KubernetesListException.ForKind(list.Kind, Remedy);
        }

        var pods = (list.Items ?? []).Where(item => item.Pod is not null).Select(item => item.Pod!).ToList();
        return new PodList(pods, list.Metadata?.ResourceVersion);
    }

    /// <summary>What is kept of <paramref name="pod"/>.</summary>
    /// <exception cref="JsonException">It has no name, namespace or UID.</exception>
    public static PodFacts Project(PodJson pod)
    {
        var metadata = pod.Metadata;
        var spec = pod.Spec ?? new PodSpecJson();
        return new PodFacts
        {
            Namespace = Required(metadata?.Namespace, "metadata.namespace"),
            Name = Required(metadata?.Name, "metadata.name"),
            Uid = Required(metadata?.Uid, "metadata.uid"),
            NodeName = Text(spec.NodeName),
            Controller = ControllerOf(metadata?.OwnerReferences),
            PodTemplateHash = Text(metadata?.Labels?.ValueOf("pod-template-hash")),
            ControllerRevisionHash = Text(metadata?.Labels?.ValueOf("controller-revision-hash")),
            ConfigHash = Text(metadata?.Annotations?.ValueOf("kubernetes.io/config.hash")),
            Labels = metadata?.Labels?.ToTexts() ?? PodTexts.Empty,
            Annotations = metadata?.Annotations?.ToTexts() ?? PodTexts.Empty,
            ServiceAccount = Text(spec.ServiceAccountName),
            AutomountServiceAccountToken = spec.AutomountServiceAccountToken,
            TokenMounted = PodVolumes.HasToken(spec),
            HostNetwork = spec.HostNetwork ?? false,
            HostPid = spec.HostPid ?? false,
            HostIpc = spec.HostIpc ?? false,
            HostPaths = PodVolumes.HostPaths(spec),
            OtherVolumes = PodVolumes.BeyondRestricted(spec),
            IsWindows = spec.Os?.Name == "windows",
            Created = Time(metadata?.CreationTimestamp),
            Deleting = Time(metadata?.DeletionTimestamp),
            IsAsCreated = metadata?.Generation is > 0 and var generation ? generation <= (metadata.DeletionTimestamp is null ? 1 : 2) : null,
            Security = ContainerProjection.Security(spec.SecurityContext),
            Containers = BackupHooks.AddTo(ContainerProjection.All(spec, pod.Status ?? new PodStatusJson()), metadata?.Annotations is { } annotations ? annotations.ValueOf : null),
        };
    }

    /// <summary>The owner that controls an object, or null.</summary>
    public static OwnerFacts? ControllerOf(List<OwnerReferenceJson>? owners)
    {
        var owner = owners?.Find(reference => reference.Controller == true);
        return owner is { Kind: { } kind, Name: { } name, Uid: { } uid } ? new OwnerFacts(owner.ApiVersion ?? "", kind, name, uid) : null;
    }

    /// <summary>An API timestamp; null where it is absent or cannot be read.</summary>
    public static AlertTime? Time(string? text)
    {
        if (text is null || text.Length > 64)
        {
            return null;
        }

        Span<byte> utf8 = stackalloc byte[256];
        return AlertTime.TryRead(utf8[..Encoding.UTF8.GetBytes(text, utf8)], out var time) ? time : null;
    }

    private static string? Text(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static string Required(string? text, string member) =>
        Text(text) ?? throw new JsonException($"A pod has no {member}.");
}

/// <summary>The pods of a list, and the version of the world it shows.</summary>
internal sealed record PodList(IReadOnlyList<PodFacts> Pods, string? ResourceVersion);
