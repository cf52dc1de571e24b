using System.Text.Json.Serialization;

namespace FalcoStreamer.Enrichment;

/// <summary>A container's specification.</summary>
internal sealed class ContainerJson
{
    public string? Name { get; set; }

    public string? Image { get; set; }

    public List<string>? Command { get; set; }

    public List<string>? Args { get; set; }

    public List<EnvironmentJson>? Env { get; set; }

    public List<VolumeMountJson>? VolumeMounts { get; set; }

    public List<PortJson>? Ports { get; set; }

    public SecurityContextJson? SecurityContext { get; set; }

    public bool? Tty { get; set; }

    public string? RestartPolicy { get; set; }

    public ProbeJson? StartupProbe { get; set; }

    public ProbeJson? LivenessProbe { get; set; }

    public ProbeJson? ReadinessProbe { get; set; }

    public LifecycleJson? Lifecycle { get; set; }
}

/// <summary>A variable.</summary>
internal sealed class EnvironmentJson
{
    public string? Name { get; set; }

    public string? Value { get; set; }

    /// <summary>Present where the value is taken from elsewhere; what is in it does not matter.</summary>
    public ElsewhereJson? ValueFrom { get; set; }
}

/// <summary>Something of which only the presence matters.</summary>
internal sealed class ElsewhereJson;

/// <summary>A volume in a container.</summary>
internal sealed class VolumeMountJson
{
    public string? Name { get; set; }

    public string? MountPath { get; set; }

    public string? SubPath { get; set; }

    public bool? ReadOnly { get; set; }
}

/// <summary>A port of a container.</summary>
internal sealed class PortJson
{
    public int? HostPort { get; set; }
}

/// <summary>A probe.</summary>
internal sealed class ProbeJson
{
    public ExecJson? Exec { get; set; }

    public HostJson? HttpGet { get; set; }

    public HostJson? TcpSocket { get; set; }

    public int? PeriodSeconds { get; set; }
}

/// <summary>A command of a probe or a hook.</summary>
internal sealed class ExecJson
{
    public List<string>? Command { get; set; }
}

/// <summary>The hooks of a container.</summary>
internal sealed class LifecycleJson
{
    public HookJson? PostStart { get; set; }

    public HookJson? PreStop { get; set; }
}

/// <summary>A hook.</summary>
internal sealed class HookJson
{
    public ExecJson? Exec { get; set; }

    public HostJson? HttpGet { get; set; }

    public HostJson? TcpSocket { get; set; }
}

/// <summary>A request of a probe or a hook; only another host than the pod's own address matters.</summary>
internal sealed class HostJson
{
    public string? Host { get; set; }
}

/// <summary>The status of a container.</summary>
internal sealed class ContainerStatusJson
{
    public string? Name { get; set; }

    [JsonPropertyName("containerID")]
    public string? ContainerId { get; set; }

    [JsonPropertyName("imageID")]
    public string? ImageId { get; set; }

    public int? RestartCount { get; set; }

    public ContainerStateJson? State { get; set; }

    public ContainerStateJson? LastState { get; set; }
}

/// <summary>The state of a container: one of the members, or neither while it waits.</summary>
internal sealed class ContainerStateJson
{
    public RunJson? Running { get; set; }

    public RunJson? Terminated { get; set; }
}

/// <summary>A run of a container.</summary>
internal sealed class RunJson
{
    public string? StartedAt { get; set; }

    [JsonPropertyName("containerID")]
    public string? ContainerId { get; set; }
}
