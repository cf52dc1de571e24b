using FalcoStreamer.Alerts;

namespace FalcoStreamer.Enrichment;

/// <summary>
/// What is kept of a pod: about 2 KB instead of the 25 KB of the whole object (contracts/kubernetes.md, "Pods"). Immutable.
/// </summary>
internal sealed record PodFacts
{
    public required string Namespace { get; init; }

    public required string Name { get; init; }

    /// <summary>The API server's UID; for a static pod that is not the one the container runtime knows.</summary>
    public required string Uid { get; init; }

    public string? NodeName { get; init; }

    /// <summary>The owner that controls the pod directly: a ReplicaSet rather than its Deployment.</summary>
    public OwnerFacts? Controller { get; init; }

    /// <summary>The label <c>pod-template-hash</c>, which a Deployment's ReplicaSet puts on its pods.</summary>
    public string? PodTemplateHash { get; init; }

    /// <summary>The label <c>controller-revision-hash</c>, which a DaemonSet or StatefulSet puts on its pods.</summary>
    public string? ControllerRevisionHash { get; init; }

    /// <summary>The annotation <c>kubernetes.io/config.hash</c>: the UID that the runtime knows a static pod by.</summary>
    public string? ConfigHash { get; init; }

    /// <summary>Its labels, as far as knowledge asks for them.</summary>
    public PodTexts Labels { get; init; } = PodTexts.Empty;

    /// <summary>Its annotations, as far as knowledge asks for them.</summary>
    public PodTexts Annotations { get; init; } = PodTexts.Empty;

    public string? ServiceAccount { get; init; }

    /// <summary>Null where the pod leaves it to its service account, which means yes.</summary>
    public bool? AutomountServiceAccountToken { get; init; }

    /// <summary>Whether its specification mounts its service account's token somewhere; null where that cannot be seen.</summary>
    public bool? TokenMounted { get; init; }

    public bool HostNetwork { get; init; }

    public bool HostPid { get; init; }

    public bool HostIpc { get; init; }

    /// <summary>The node's paths in its hostPath volumes, without a slash at their ends.</summary>
    public IReadOnlyList<string> HostPaths { get; init; } = [];

    /// <summary>Its volumes of kinds that the Pod Security Standard "restricted" does not allow, but for hostPath.</summary>
    public IReadOnlyList<VolumeFacts> OtherVolumes { get; init; } = [];

    /// <summary>Whether it says that it is for Windows.</summary>
    public bool IsWindows { get; init; }

    public AlertTime? Created { get; init; }

    /// <summary>When the pod was asked to go, or null.</summary>
    public AlertTime? Deleting { get; init; }

    /// <summary>Whether its specification is still the one that it was created with; null where the API server does not count changes (before Kubernetes 1.33).</summary>
    public bool? IsAsCreated { get; init; }

    /// <summary>The pod's own security context, which its containers inherit.</summary>
    public SecurityFacts Security { get; init; } = SecurityFacts.Unset;

    /// <summary>Its containers of every type, in the order init, container, ephemeral.</summary>
    public IReadOnlyList<ContainerFacts> Containers { get; init; } = [];
}

/// <summary>A volume.</summary>
/// <param name="Name">Its name in the pod.</param>
/// <param name="Kind">As the specification writes it, e.g. <c>nfs</c>.</param>
internal sealed record VolumeFacts(string Name, string Kind);

/// <summary>An owner reference.</summary>
internal sealed record OwnerFacts(string ApiVersion, string Kind, string Name, string Uid);

/// <summary>The part a container plays in its pod.</summary>
internal enum ContainerType
{
    Container,
    Init,
    Ephemeral,

    /// <summary>The pod's sandbox, which no pod status lists.</summary>
    Sandbox,
}

/// <summary>What is kept of a container: its specification as written, and its status.</summary>
internal sealed record ContainerFacts
{
    public required string Name { get; init; }

    public ContainerType Type { get; init; }

    /// <summary>The image as the specification names it.</summary>
    public string Image { get; init; } = "";

    /// <summary>The image's digest as the runtime reports it, or null.</summary>
    public string? ImageId { get; init; }

    public IReadOnlyList<string> Command { get; init; } = [];

    public IReadOnlyList<string> Args { get; init; } = [];

    /// <summary>Exec probes, exec hooks and backup hooks; those of other kinds start no process.</summary>
    public IReadOnlyList<SpecCommand> SpecCommands { get; init; } = [];

    /// <summary>Variables whose value is written out in the specification; <c>$(NAME)</c> in a command means them.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<MountFacts> Mounts { get; init; } = [];

    /// <summary>Ports of the node that lead to the container.</summary>
    public IReadOnlyList<int> HostPorts { get; init; } = [];

    /// <summary>The probes and hooks whose requests go to a host that the specification names, e.g. <c>livenessProbe.httpGet.host</c>.</summary>
    public IReadOnlyList<string> RequestHosts { get; init; } = [];

    public SecurityFacts Security { get; init; } = SecurityFacts.Unset;

    public bool Tty { get; init; }

    /// <summary>True for an init container with <c>restartPolicy: Always</c>.</summary>
    public bool IsSidecar { get; init; }

    /// <summary>The full ID without its scheme, or null before the first start.</summary>
    public string? ContainerId { get; init; }

    /// <summary>The full ID of the container that ran before the last restart, or null.</summary>
    public string? LastContainerId { get; init; }

    /// <summary>When the container with <see cref="ContainerId"/> started, or null.</summary>
    public AlertTime? StartedAt { get; init; }

    public int RestartCount { get; init; }
}

/// <summary>Where a command stands in a container's specification.</summary>
internal enum SpecCommandKind
{
    StartupProbe,
    LivenessProbe,
    ReadinessProbe,
    PostStart,
    PreStop,

    /// <summary>An annotation for Velero, not for the kubelet.</summary>
    PreBackup,
    PostBackup,
}

/// <summary>A command that is executed in a running container because its pod says so.</summary>
/// <param name="Kind">Where it stands.</param>
/// <param name="Command">The command and its arguments, as written.</param>
/// <param name="Period">How often a probe runs; null for hooks.</param>
internal sealed record SpecCommand(SpecCommandKind Kind, IReadOnlyList<string> Command, TimeSpan? Period);

/// <summary>A volume as a container sees it.</summary>
/// <param name="HostPath">The path on the node when the volume is a hostPath, else null.</param>
internal sealed record MountFacts(string MountPath, bool ReadOnly, string? HostPath);

/// <summary>A security context; null is what the specification leaves open.</summary>
internal sealed record SecurityFacts
{
    public static SecurityFacts Unset { get; } = new();

    public bool? Privileged { get; init; }

    public bool? AllowPrivilegeEscalation { get; init; }

    public bool? ReadOnlyRootFilesystem { get; init; }

    public bool? RunAsNonRoot { get; init; }

    public long? RunAsUser { get; init; }

    /// <summary><c>RuntimeDefault</c>, <c>Localhost</c> or <c>Unconfined</c>.</summary>
    public string? SeccompType { get; init; }

    /// <summary><c>Default</c> or <c>Unmasked</c>.</summary>
    public string? ProcMount { get; init; }

    /// <summary><c>RuntimeDefault</c>, <c>Localhost</c> or <c>Unconfined</c>.</summary>
    public string? AppArmorType { get; init; }

    /// <summary>The SELinux type, e.g. <c>container_t</c>.</summary>
    public string? SeLinuxType { get; init; }

    /// <summary>Whether an SELinux user or role is given.</summary>
    public bool HasSeLinuxIdentity { get; init; }

    /// <summary>Names of kernel settings; of a pod only.</summary>
    public IReadOnlyList<string> Sysctls { get; init; } = [];

    public IReadOnlyList<string> AddedCapabilities { get; init; } = [];

    public IReadOnlyList<string> DroppedCapabilities { get; init; } = [];
}
