using System.Collections.Frozen;
using System.Text;
using FalcoStreamer.Alerts;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>What a Falco field's value is, by Falco's own list of fields.</summary>
internal enum FieldType : byte
{
    /// <summary>As it came: over gRPC that is always text.</summary>
    AsSent,
    Text,
    Number,
    Boolean,

    /// <summary>A command line: left out by <c>sinks.otlp.includeCommandLine: false</c>, and made visible otherwise.</summary>
    CommandLine,

    /// <summary>A path where it begins with a slash; else a socket's addresses or something else that stays Falco's.</summary>
    Path,
}

/// <summary>
/// Where a Falco field goes. <paramref name="Bit"/> tells the counterparts apart: two fields may have the same one, and the first takes it.
/// </summary>
/// <param name="Name">The field's name.</param>
/// <param name="Type">What its value is.</param>
/// <param name="Attribute">Its exact counterpart in the semantic conventions, or empty.</param>
internal sealed record FalcoField(byte[] Name, FieldType Type, byte[] Attribute, uint Bit);

/// <summary>
/// The Falco fields that are more than text under their own name: those with an exact counterpart in the semantic conventions, and those
/// whose type is known.
/// </summary>
/// <remarks>
/// The types matter because gRPC sends text only: without them the same field would be a number from one node and a text from another,
/// which a backend with typed columns refuses. What Falco says about container and pod has no entry: the resource says those, as we resolved them,
/// and a backend that lays both side by side must not take Falco's word for ours. <c>proc.name</c> has none because it is cut at 15
/// characters and need not be the executable's name (contracts/falco.md).
/// </remarks>
internal static class FalcoFields
{
    private static readonly (string Name, FieldType Type, string Attribute)[] Counterparts =
    [
        ("proc.pid", FieldType.Number, "process.pid"),
        ("proc.ppid", FieldType.Number, "process.parent_pid"),
        ("proc.vpid", FieldType.Number, "process.vpid"),
        ("proc.sid", FieldType.Number, "process.session_leader.pid"),
        ("proc.pgid", FieldType.Number, "process.group_leader.pid"),
        ("proc.exepath", FieldType.Text, "process.executable.path"),
        ("proc.exe", FieldType.Text, "process.command"),
        ("proc.cmdline", FieldType.CommandLine, "process.command_line"),
        ("proc.cwd", FieldType.Text, "process.working_directory"),
        ("user.name", FieldType.Text, "user.name"),
        ("user.uid", FieldType.Text, "user.id"),
        ("fs.path.name", FieldType.Path, "file.path"),
        ("fd.name", FieldType.Path, "file.path"),
        ("fd.l4proto", FieldType.Text, "network.transport"),
        ("fd.lip", FieldType.Text, "network.local.address"),
        ("fd.lport", FieldType.Number, "network.local.port"),
        ("fd.rip", FieldType.Text, "network.peer.address"),
        ("fd.rport", FieldType.Number, "network.peer.port"),
    ];

    private static readonly string[] CommandLines = ["proc.args", "proc.cmdargs", "proc.pcmdline"];

    private static readonly FalcoField?[][] ByLength = Index();

    /// <summary>The member names of an alert that a field under <c>falco.</c> must not take.</summary>
    private static readonly FrozenSet<string> Members = new[] { "priority", "source", "hostname", "uuid", "tags" }.ToFrozenSet();

    private static readonly FalcoField Metric = new([], FieldType.Number, [], 0);
    private static readonly FalcoField Command = new([], FieldType.CommandLine, [], 0);

    /// <summary>What is known of a field; null where it is text as it came.</summary>
    public static FalcoField? Find(ReadOnlySpan<byte> name)
    {
        if (name.Length < ByLength.Length)
        {
            foreach (var field in ByLength[name.Length])
            {
                if (name.SequenceEqual(field!.Name))
                {
                    return field;
                }
            }
        }

        // Falco's word about itself has hundreds of figures, and no process can choose them.
        if (FieldKinds.IsFigure(name))
        {
            return Metric;
        }

        // proc.acmdline[N], proc.aargs[N] and their like.
        return name.StartsWith("proc.acmdline"u8) || name.StartsWith("proc.aargs"u8) || name.StartsWith("proc.args["u8) ? Command : null;
    }

    /// <summary>The prefix that a field without counterpart gets.</summary>
    public static ReadOnlySpan<byte> PrefixOf(ReadOnlySpan<byte> name) =>
        // Falco's fields have a dot; a name without one was made up in append_output and is rare enough for a string.
        name.Length <= 8 && !name.Contains((byte)'.') && Members.Contains(Encoding.UTF8.GetString(name))
            ? OtlpAttributes.FalcoFieldPrefix
            : OtlpAttributes.FalcoPrefix;

    private static FalcoField[][] Index()
    {
        var attributes = Counterparts.Select(counterpart => counterpart.Attribute).Distinct().ToList();
        var counterparts = Counterparts.Select(counterpart => counterpart.Name).ToList();
        var fields = Counterparts
            .Select(known => Make(known.Name, known.Type, known.Attribute, 1U << attributes.IndexOf(known.Attribute)))
            .Concat(FieldKinds.Numbers.Except(counterparts).Select(name => Make(name, FieldType.Number)))
            .Concat(FieldKinds.Booleans.Select(name => Make(name, FieldType.Boolean)))
            .Concat(CommandLines.Select(name => Make(name, FieldType.CommandLine)))
            .ToLookup(field => field.Name.Length);
        return [.. Enumerable.Range(0, fields.Max(group => group.Key) + 1).Select(length => fields[length].ToArray())];
    }

    private static FalcoField Make(string name, FieldType type, string attribute = "", uint bit = 0) =>
        new(Encoding.UTF8.GetBytes(name), type, Encoding.UTF8.GetBytes(attribute), bit);
}
