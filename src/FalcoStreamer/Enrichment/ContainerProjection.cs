namespace FalcoStreamer.Enrichment;

/// <summary>Makes <see cref="ContainerFacts"/> out of a pod's specification and status.</summary>
internal static class ContainerProjection
{
    // A command means few variables; what lies beyond these bounds is only not expanded.
    private const int MostVariables = 128;
    private const int LongestValue = 1024;

    private const int DefaultProbeSeconds = 10;

    /// <summary>The containers of every type, in the order init, container, ephemeral.</summary>
    public static IReadOnlyList<ContainerFacts> All(PodSpecJson spec, PodStatusJson status) =>
    [
        .. OfType(spec.InitContainers, status.InitContainerStatuses, ContainerType.Init, spec.Volumes),
        .. OfType(spec.Containers, status.ContainerStatuses, ContainerType.Container, spec.Volumes),
        .. OfType(spec.EphemeralContainers, status.EphemeralContainerStatuses, ContainerType.Ephemeral, spec.Volumes),
    ];

    public static SecurityFacts Security(SecurityContextJson? context) => context is null
        ? SecurityFacts.Unset
        : new SecurityFacts
        {
            Privileged = context.Privileged,
            AllowPrivilegeEscalation = context.AllowPrivilegeEscalation,
            ReadOnlyRootFilesystem = context.ReadOnlyRootFilesystem,
            RunAsNonRoot = context.RunAsNonRoot,
            RunAsUser = context.RunAsUser,
            SeccompType = context.SeccompProfile?.Type,
            ProcMount = context.ProcMount,
            AppArmorType = context.AppArmorProfile?.Type,
            SeLinuxType = context.SeLinuxOptions?.Type,
            HasSeLinuxIdentity = context.SeLinuxOptions is { } options && (!string.IsNullOrEmpty(options.User) || !string.IsNullOrEmpty(options.Role)),
            Sysctls = [.. (context.Sysctls ?? []).Select(sysctl => sysctl.Name).OfType<string>()],
            AddedCapabilities = context.Capabilities?.Add ?? [],
            DroppedCapabilities = context.Capabilities?.Drop ?? [],
        };

    private static IEnumerable<ContainerFacts> OfType(
        List<ContainerJson>? containers,
        List<ContainerStatusJson>? statuses,
        ContainerType type,
        List<VolumeJson>? volumes)
    {
        foreach (var container in containers ?? [])
        {
            if (container.Name is { } name)
            {
                yield return Project(name, container, statuses?.Find(status => status.Name == name), type, volumes);
            }
        }
    }

    private static ContainerFacts Project(
        string name,
        ContainerJson container,
        ContainerStatusJson? status,
        ContainerType type,
        List<VolumeJson>? volumes)
    {
        var id = ContainerIds.WithoutScheme(status?.ContainerId);
        return new ContainerFacts
        {
            Name = name,
            Type = type,
            Image = container.Image ?? "",
            ImageId = ImageId(status?.ImageId),
            Command = container.Command ?? [],
            Args = container.Args ?? [],
            SpecCommands = [.. Commands(container)],
            Environment = Environment(container.Env),
            Mounts = [.. (container.VolumeMounts ?? []).Select(mount => Mount(mount, volumes))],
            HostPorts = [.. (container.Ports ?? []).Select(port => port.HostPort ?? 0).Where(port => port > 0)],
            RequestHosts = [.. RequestHosts(container)],
            Security = Security(container.SecurityContext),
            Tty = container.Tty ?? false,
            IsSidecar = type == ContainerType.Init && container.RestartPolicy == "Always",
            ContainerId = id,
            LastContainerId = ContainerIds.WithoutScheme(status?.LastState?.Terminated?.ContainerId),
            StartedAt = PodProjection.Time(RunOf(status, id)?.StartedAt),
            RestartCount = status?.RestartCount ?? 0,
        };
    }

    /// <summary>The run of the container with <paramref name="id"/>; while a crashed container waits, that is the last one.</summary>
    private static RunJson? RunOf(ContainerStatusJson? status, string? id)
    {
        if ((status?.State?.Running ?? status?.State?.Terminated) is { } run)
        {
            return run;
        }

        var last = status?.LastState?.Terminated;
        return id is not null && ContainerIds.WithoutScheme(last?.ContainerId) == id ? last : null;
    }

    private static string? ImageId(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        // "docker-pullable://" in front says nothing about the image.
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        return scheme < 0 ? text : text[(scheme + 3)..];
    }

    private static IEnumerable<SpecCommand> Commands(ContainerJson container)
    {
        var probes = new[]
        {
            (SpecCommandKind.StartupProbe, container.StartupProbe),
            (SpecCommandKind.LivenessProbe, container.LivenessProbe),
            (SpecCommandKind.ReadinessProbe, container.ReadinessProbe),
        };
        foreach (var (kind, probe) in probes)
        {
            if (probe?.Exec?.Command is { Count: > 0 } command)
            {
                yield return new SpecCommand(kind, command, TimeSpan.FromSeconds(probe.PeriodSeconds ?? DefaultProbeSeconds));
            }
        }

        if (container.Lifecycle?.PostStart?.Exec?.Command is { Count: > 0 } postStart)
        {
            yield return new SpecCommand(SpecCommandKind.PostStart, postStart, null);
        }

        if (container.Lifecycle?.PreStop?.Exec?.Command is { Count: > 0 } preStop)
        {
            yield return new SpecCommand(SpecCommandKind.PreStop, preStop, null);
        }
    }

    private static IEnumerable<string> RequestHosts(ContainerJson container)
    {
        var requests = new[]
        {
            ("startupProbe.httpGet", container.StartupProbe?.HttpGet),
            ("startupProbe.tcpSocket", container.StartupProbe?.TcpSocket),
            ("livenessProbe.httpGet", container.LivenessProbe?.HttpGet),
            ("livenessProbe.tcpSocket", container.LivenessProbe?.TcpSocket),
            ("readinessProbe.httpGet", container.ReadinessProbe?.HttpGet),
            ("readinessProbe.tcpSocket", container.ReadinessProbe?.TcpSocket),
            ("lifecycle.postStart.httpGet", container.Lifecycle?.PostStart?.HttpGet),
            ("lifecycle.postStart.tcpSocket", container.Lifecycle?.PostStart?.TcpSocket),
            ("lifecycle.preStop.httpGet", container.Lifecycle?.PreStop?.HttpGet),
            ("lifecycle.preStop.tcpSocket", container.Lifecycle?.PreStop?.TcpSocket),
        };
        return requests.Where(request => !string.IsNullOrEmpty(request.Item2?.Host)).Select(request => $"{request.Item1}.host");
    }

    private static Dictionary<string, string> Environment(List<EnvironmentJson>? variables)
    {
        var literals = new Dictionary<string, string>();
        foreach (var variable in variables ?? [])
        {
            if (variable is not { Name: { } name, ValueFrom: null } || literals.Count == MostVariables)
            {
                continue;
            }

            var value = variable.Value ?? "";
            if (value.Length <= LongestValue)
            {
                literals[name] = value;
            }
        }

        return literals;
    }

    private static MountFacts Mount(VolumeMountJson mount, List<VolumeJson>? volumes)
    {
        var hostPath = PodVolumes.Path(volumes?.Find(volume => volume.Name == mount.Name)?.HostPath);
        if (hostPath is not null && !string.IsNullOrEmpty(mount.SubPath))
        {
            hostPath = $"{hostPath.TrimEnd('/')}/{mount.SubPath}";
        }

        return new MountFacts(mount.MountPath ?? "", mount.ReadOnly ?? false, hostPath);
    }
}
