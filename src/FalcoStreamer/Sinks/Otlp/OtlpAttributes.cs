namespace FalcoStreamer.Sinks.Otlp;

/// <summary>
/// Falco's fields that have an exact counterpart in the semantic conventions (v1.44.0; contracts/otlp.md); all others keep their name below <c>falco.</c>
/// </summary>
/// <remarks>
/// <c>proc.name</c> has none: it is the task's name, cut at 15 characters, not the executable's. <c>fd.name</c> has none either: it is a file or a connection.
/// </remarks>
internal static class OtlpAttributes
{
    /// <summary>How the counterpart's value is written.</summary>
    internal enum Form
    {
        Text,

        /// <summary>A whole number, also where Falco sends it as text.</summary>
        Number,
    }

    /// <summary>The counterpart of a field, or none.</summary>
    public static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> field, out Form form)
    {
        form = Form.Text;
        switch (field)
        {
            case var _ when field.SequenceEqual("proc.cmdline"u8):
                return "process.command_line"u8;
            case var _ when field.SequenceEqual("proc.exepath"u8):
                return "process.executable.path"u8;
            case var _ when field.SequenceEqual("proc.cwd"u8):
                return "process.working_directory"u8;
            case var _ when field.SequenceEqual("user.name"u8):
                return "user.name"u8;
            case var _ when field.SequenceEqual("user.uid"u8):
                return "user.id"u8;
            case var _ when field.SequenceEqual("fd.l4proto"u8):
                return "network.transport"u8;
            case var _ when field.SequenceEqual("fd.rip"u8):
                return "network.peer.address"u8;
            case var _ when field.SequenceEqual("fd.lip"u8):
                return "network.local.address"u8;
        }

        form = Form.Number;
        switch (field)
        {
            case var _ when field.SequenceEqual("proc.pid"u8):
                return "process.pid"u8;
            case var _ when field.SequenceEqual("proc.ppid"u8):
                return "process.parent_pid"u8;
            case var _ when field.SequenceEqual("proc.vpid"u8):
                return "process.vpid"u8;
            case var _ when field.SequenceEqual("fd.rport"u8):
                return "network.peer.port"u8;
            case var _ when field.SequenceEqual("fd.lport"u8):
                return "network.local.port"u8;
            default:
                return default;
        }
    }

    /// <summary>The attribute that names an owner of that kind; none for kinds without one.</summary>
    public static ReadOnlySpan<byte> NameOfOwner(string kind) => kind switch
    {
        "Deployment" => "k8s.deployment.name"u8,
        "DaemonSet" => "k8s.daemonset.name"u8,
        "StatefulSet" => "k8s.statefulset.name"u8,
        "ReplicaSet" => "k8s.replicaset.name"u8,
        "ReplicationController" => "k8s.replicationcontroller.name"u8,
        "Job" => "k8s.job.name"u8,
        "CronJob" => "k8s.cronjob.name"u8,
        _ => default,
    };
}
