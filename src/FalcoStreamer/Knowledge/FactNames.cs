using System.Collections.Frozen;

namespace FalcoStreamer.Knowledge;

/// <summary>The names of everything that a predicate can ask about, and what people call it.</summary>
internal static class FactNames
{
    /// <summary>Before the name of one of Falco's output fields.</summary>
    public const string AlertPrefix = "alert.";

    private static readonly FrozenDictionary<string, string> Labels = new Dictionary<string, string>
    {
        ["alert.rule"] = "the rule",
        ["alert.priority"] = "the priority",
        ["alert.source"] = "the source",
        ["subject.kind"] = "what the alert is about",
        ["pod.name"] = "the pod's name",
        ["pod.namespace"] = "the pod's namespace",
        ["pod.owner"] = "the pod's owner",
        ["pod.owner.kind"] = "the kind of the pod's owner",
        ["pod.serviceAccount"] = "the pod's service account",
        ["pod.hostNetwork"] = "whether the pod uses the node's network",
        ["pod.hostPID"] = "whether the pod sees the node's processes",
        ["pod.deleting"] = "whether the pod is being deleted",
        ["container.name"] = "the container's name",
        ["container.type"] = "the container's type",
        ["container.image.repository"] = "the image",
        ["container.privileged"] = "whether the container is privileged",
        ["container.tty"] = "whether the container has a terminal of its own",
        ["container.age"] = "how long the container had been running",
        ["process.entered"] = "whether the process came from outside the container (proc.vpid, proc.pvpid)",
        ["terminal.unexpected"] = "whether there was a terminal (proc.tty)",
        ["spec.equals"] = "the commands in the container's specification",
        ["spec.extends"] = "the commands in the container's specification",
        ["audit.account"] = "the account in the API server's audit log",
        ["audit.person"] = "whether the account is a person's",
        ["audit.refused"] = "whether the API server refused the request",
        ["spec.due"] = "whether the moment fits the specification",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> FieldLabels = new Dictionary<string, string>
    {
        ["proc.pname"] = "the parent process (proc.pname)",
        ["proc.tty"] = "whether there was a terminal (proc.tty)",
        ["proc.cmdline"] = "the command line (proc.cmdline)",
        ["proc.exepath"] = "the program's path (proc.exepath)",
        ["proc.cmdnargs"] = "the number of arguments (proc.cmdnargs)",
        ["proc.is_exe_upper_layer"] = "whether the program is from the image (proc.is_exe_upper_layer)",
        ["proc.vpid"] = "the process's ID in the container (proc.vpid)",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>All names but those of Falco's own fields.</summary>
    public static IEnumerable<string> All => Labels.Keys.Order(StringComparer.Ordinal);

    public static bool IsKnown(string name) =>
        Labels.ContainsKey(name) || (name.StartsWith(AlertPrefix, StringComparison.Ordinal) && name.Length > AlertPrefix.Length);

    /// <summary>What people call it.</summary>
    public static string LabelOf(string name)
    {
        if (Labels.TryGetValue(name, out var label))
        {
            return label;
        }

        var field = name[AlertPrefix.Length..];
        return FieldLabels.GetValueOrDefault(field, field);
    }
}
