using System.Collections.Frozen;

namespace FalcoStreamer.Alerts;

/// <summary>
/// What the value of a Falco field is where Falco writes JSON. gRPC sends every value as text, so there the name alone tells
/// (falcosecurity/libs, userspace/libsinsp: the filter checks' own lists of fields; seen in the recordings).
/// </summary>
internal static class FieldKinds
{
    /// <summary>The fields whose values are whole numbers.</summary>
    public static IReadOnlyList<string> Numbers { get; } =
    [
        "container.duration", "container.start_ts", "evt.buflen", "evt.count", "evt.cpu", "evt.latency", "evt.num", "evt.rawtime",
        "evt.time", "fd.cport", "fd.dev", "fd.ino", "fd.lport", "fd.num", "fd.rport", "fd.sport", "group.gid", "proc.acmdnargs",
        "proc.cmdlenargs", "proc.cmdnargs", "proc.duration", "proc.exe_ino", "proc.exe_ino.ctime", "proc.exe_ino.ctime_duration_pidns_start",
        "proc.exe_ino.ctime_duration_proc_start", "proc.exe_ino.mtime", "proc.fdopencount", "proc.loginshellid", "proc.nchilds",
        "proc.nthreads", "proc.pgid", "proc.pid", "proc.pid.ts", "proc.ppid", "proc.ppid.duration", "proc.ppid.ts", "proc.pvpid", "proc.sid",
        "proc.tty", "proc.vmrss", "proc.vmsize", "proc.vmswap", "proc.vpgid", "proc.vpid", "proc.vsid", "thread.tid", "thread.vtid",
        "user.loginuid", "user.uid",
    ];

    /// <summary>The fields that are true or false.</summary>
    public static IReadOnlyList<string> Booleans { get; } =
    [
        "container.privileged", "evt.failed", "evt.is_async", "evt.is_open_create", "evt.is_open_exec", "evt.is_open_read",
        "evt.is_open_write", "evt.is_syslog", "evt.is_wait", "fd.connected", "fd.is_lower_layer", "fd.is_server", "fd.is_upper_layer",
        "fd.name_changed", "proc.is_container_healthcheck", "proc.is_container_liveness_probe", "proc.is_container_readiness_probe",
        "proc.is_exe_from_memfd", "proc.is_exe_lower_layer", "proc.is_exe_upper_layer", "proc.is_exe_writable", "proc.is_pgid_leader",
        "proc.is_sid_leader", "proc.is_vpgid_leader", "proc.is_vsid_leader", "thread.ismain",
    ];

    // Where other fields have null for a value that Falco does not know, these have a text.
    private static readonly FrozenSet<Utf8Text> Named = new[]
    {
        "fd.l4proto", "fd.type", "group.name", "user.homedir", "user.loginname", "user.name", "user.shell",
    }.Select(Utf8Text.From).ToFrozenSet();

    private static readonly FrozenDictionary<Utf8Text, FieldKind> Known = Numbers.Select(name => (Name: name, Kind: FieldKind.Number))
        .Concat(Booleans.Select(name => (Name: name, Kind: FieldKind.Boolean)))
        .ToFrozenDictionary(field => Utf8Text.From(field.Name), field => field.Kind);

    /// <summary>The kind of the field's value; text where it is not known to be anything else.</summary>
    public static FieldKind Of(Utf8Text name) => Known.TryGetValue(name, out var kind) ? kind
        : IsFigure(name.Span) || name.Span.StartsWith("proc.apid["u8) ? FieldKind.Number
        : FieldKind.Text;

    /// <summary>Whether the field is one of Falco's words about itself: figures, but for a few names. No process can choose them.</summary>
    public static bool IsFigure(ReadOnlySpan<byte> name) => name.StartsWith("falco."u8) || name.StartsWith("scap."u8) || name.StartsWith("plugins."u8);

    /// <summary>Whether Falco's JSON has the text <c>&lt;NA&gt;</c> for an unknown value of this field, where it has null for others.</summary>
    public static bool IsNamedWhenUnknown(Utf8Text name) => Named.Contains(name);
}
