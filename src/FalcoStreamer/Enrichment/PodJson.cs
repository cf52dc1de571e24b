using System.Text.Json;
using System.Text.Json.Serialization;

namespace FalcoStreamer.Enrichment;

/// <summary>A list as the API server and kubectl write it.</summary>
internal sealed class ListJson<TItem>
{
    public string? Kind { get; set; }

    public ListMetadataJson? Metadata { get; set; }

    public List<TItem>? Items { get; set; }
}

/// <summary>The metadata of a list.</summary>
internal sealed class ListMetadataJson
{
    public string? ResourceVersion { get; set; }
}

/// <summary>The members of a Pod that <see cref="PodFacts"/> is made of; all others are skipped without being read into memory.</summary>
internal sealed class PodJson
{
    public MetadataJson? Metadata { get; set; }

    public PodSpecJson? Spec { get; set; }

    public PodStatusJson? Status { get; set; }
}

/// <summary>The metadata of an object.</summary>
internal sealed class MetadataJson
{
    public string? Name { get; set; }

    public string? Namespace { get; set; }

    public string? Uid { get; set; }

    public string? ResourceVersion { get; set; }

    public long? Generation { get; set; }

    public string? CreationTimestamp { get; set; }

    public string? DeletionTimestamp { get; set; }

    public TextMapJson? Labels { get; set; }

    public TextMapJson? Annotations { get; set; }

    public List<OwnerReferenceJson>? OwnerReferences { get; set; }
}

/// <summary>An owner reference.</summary>
internal sealed class OwnerReferenceJson
{
    public string? ApiVersion { get; set; }

    public string? Kind { get; set; }

    public string? Name { get; set; }

    public string? Uid { get; set; }

    public bool? Controller { get; set; }
}

/// <summary>A pod's specification.</summary>
internal sealed class PodSpecJson
{
    public string? NodeName { get; set; }

    public OsJson? Os { get; set; }

    public string? ServiceAccountName { get; set; }

    public bool? AutomountServiceAccountToken { get; set; }

    public bool? HostNetwork { get; set; }

    [JsonPropertyName("hostPID")]
    public bool? HostPid { get; set; }

    [JsonPropertyName("hostIPC")]
    public bool? HostIpc { get; set; }

    public SecurityContextJson? SecurityContext { get; set; }

    public List<VolumeJson>? Volumes { get; set; }

    public List<ContainerJson>? InitContainers { get; set; }

    public List<ContainerJson>? Containers { get; set; }

    public List<ContainerJson>? EphemeralContainers { get; set; }
}

/// <summary>The operating system that a pod is for.</summary>
internal sealed class OsJson
{
    public string? Name { get; set; }
}

/// <summary>A volume; of all kinds but a hostPath and a service account's token only the name of the kind matters.</summary>
internal sealed class VolumeJson
{
    public string? Name { get; set; }

    public HostPathJson? HostPath { get; set; }

    public ProjectedJson? Projected { get; set; }

    /// <summary>The member that is named like the volume's kind.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}

/// <summary>A volume that is put together from several sources.</summary>
internal sealed class ProjectedJson
{
    public List<ProjectedSourceJson>? Sources { get; set; }
}

/// <summary>One of the sources; only a token matters.</summary>
internal sealed class ProjectedSourceJson
{
    public ElsewhereJson? ServiceAccountToken { get; set; }
}

/// <summary>A hostPath volume.</summary>
internal sealed class HostPathJson
{
    public string? Path { get; set; }
}

/// <summary>A security context of a pod or a container.</summary>
internal sealed class SecurityContextJson
{
    public bool? Privileged { get; set; }

    public bool? AllowPrivilegeEscalation { get; set; }

    public bool? ReadOnlyRootFilesystem { get; set; }

    public bool? RunAsNonRoot { get; set; }

    public long? RunAsUser { get; set; }

    public SeccompProfileJson? SeccompProfile { get; set; }

    public CapabilitiesJson? Capabilities { get; set; }

    public string? ProcMount { get; set; }

    public AppArmorProfileJson? AppArmorProfile { get; set; }

    public SeLinuxOptionsJson? SeLinuxOptions { get; set; }

    /// <summary>Of a pod only.</summary>
    public List<SysctlJson>? Sysctls { get; set; }
}

/// <summary>An AppArmor profile (a field since Kubernetes 1.30).</summary>
internal sealed class AppArmorProfileJson
{
    public string? Type { get; set; }
}

/// <summary>SELinux options.</summary>
internal sealed class SeLinuxOptionsJson
{
    public string? Type { get; set; }

    public string? User { get; set; }

    public string? Role { get; set; }
}

/// <summary>A kernel setting.</summary>
internal sealed class SysctlJson
{
    public string? Name { get; set; }
}

/// <summary>A seccomp profile.</summary>
internal sealed class SeccompProfileJson
{
    public string? Type { get; set; }
}

/// <summary>Capabilities that a container adds or drops.</summary>
internal sealed class CapabilitiesJson
{
    public List<string>? Add { get; set; }

    public List<string>? Drop { get; set; }
}

/// <summary>A pod's status.</summary>
internal sealed class PodStatusJson
{
    public List<ContainerStatusJson>? InitContainerStatuses { get; set; }

    public List<ContainerStatusJson>? ContainerStatuses { get; set; }

    public List<ContainerStatusJson>? EphemeralContainerStatuses { get; set; }
}

/// <summary>What a watch sends as an ERROR and a failed request as its body.</summary>
internal sealed class StatusJson
{
    public string? Message { get; set; }

    public string? Reason { get; set; }

    public int? Code { get; set; }
}

/// <summary>The source-generated readers of everything this stage takes from the API server.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(PodJson))]
[JsonSerializable(typeof(ListJson<PodItem>))]
[JsonSerializable(typeof(ObjectJson))]
[JsonSerializable(typeof(ListJson<ObjectJson>))]
[JsonSerializable(typeof(StatusJson))]
[JsonSerializable(typeof(List<string>))]
internal sealed partial class KubernetesJsonContext : JsonSerializerContext;
