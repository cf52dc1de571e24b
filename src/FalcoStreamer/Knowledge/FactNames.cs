using System.Collections.Frozen;

namespace FalcoStreamer.Knowledge;

/// <summary>What values a fact can have.</summary>
internal enum FactKind
{
    Text,

    /// <summary>A number, or a duration in seconds.</summary>
    Number,

    /// <summary>Any number of texts.</summary>
    Set,

    /// <summary>One of Falco's fields: a text that may be a number.</summary>
    FalcoField,
}

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
        ["alert.tags"] = "the rule's tags",
        ["subject.kind"] = "what the alert is about",
        ["pod.name"] = "the pod's name",
        ["pod.namespace"] = "the pod's namespace",
        ["pod.owner"] = "the pod's owner",
        ["pod.owner.kind"] = "the kind of the pod's owner",
        ["pod.serviceAccount"] = "the pod's service account",
        ["pod.tokenMounted"] = "whether the pod has its service account's token",
        ["pod.hostNetwork"] = "whether the pod uses the node's network",
        ["pod.hostPID"] = "whether the pod sees the node's processes",
        ["pod.hostIPC"] = "whether the pod shares memory with the node",
        ["pod.hostPaths"] = "the node's directories that the pod uses",
        ["pod.bareWithNodeRights"] = "whether nothing owns a pod with rights over the node",
        ["pod.deleting"] = "whether the pod is being deleted",
        ["pod.age"] = "how old the pod was",
        ["pod.labels"] = "the pod's label",
        ["pod.annotations"] = "the pod's annotation",
        ["container.name"] = "the container's name",
        ["container.type"] = "the container's type",
        ["container.image.repository"] = "the image",
        ["container.image.tag"] = "the image's tag",
        ["container.command"] = "the container's command",
        ["container.privileged"] = "whether the container is privileged",
        ["container.capabilities"] = "the capabilities that the container adds",
        ["container.hostPaths"] = "the node's directories in the container",
        ["container.writableHostPaths"] = "the node's directories that the container may write to",
        ["container.tty"] = "whether the container has a terminal of its own",
        ["container.age"] = "how long the container had been running",
        ["container.restarts"] = "how often the container was restarted",
        ["program.origin"] = "whether the program is from the image (proc.is_exe_upper_layer)",
        ["process.ancestors"] = "the processes above it (proc.pname, proc.aname)",
        ["process.entered"] = "whether the process came from outside the container (proc.vpid, proc.pvpid)",
        ["terminal.unexpected"] = "whether there was a terminal (proc.tty)",
        ["spec.equals"] = "the commands in the container's specification",
        ["spec.extends"] = "the commands in the container's specification",
        ["audit.account"] = "the account in the API server's audit log",
        ["audit.person"] = "whether the account is a person's",
        ["audit.refused"] = "whether the API server refused the request",
        ["audit.own"] = "whether the account is the pod's own",
        ["audit.hook"] = "the whole command of the request (ka.uri)",
        ["spec.child"] = "the commands in the container's specification",
        ["spec.elsewhere"] = "the commands in the specifications of other containers",
        ["spec.arguments"] = "where one argument ends and the next begins (proc.cmdnargs)",
        ["spec.program"] = "which file was executed (proc.exepath)",
        ["spec.due"] = "whether the moment fits the specification",
        ["spec.period"] = "the period of the probe",
        ["owner.image"] = "the image in the owner's pod template",
        ["owner.rolloutAge"] = "when the owner was last rolled out",
        ["company.rules"] = "what else was reported of the container",
        ["company.unexplained"] = "how much else of the container nobody could explain",
        ["company.commands"] = "the commands in earlier alerts of the container",
        ["visibility.drops"] = "whether Falco lost events",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Numbers = FrozenSet.Create(
        StringComparer.Ordinal,
        "pod.age", "container.age", "container.restarts", "owner.rolloutAge", "company.unexplained");

    private static readonly FrozenSet<string> Sets = FrozenSet.Create(
        StringComparer.Ordinal,
        "alert.tags", "pod.hostPaths", "container.capabilities", "container.hostPaths", "container.writableHostPaths", "process.ancestors",
        "company.rules", "company.commands");

    /// <summary>Those that are asked for one of their entries: <c>pod.labels[app]</c>.</summary>
    private static readonly FrozenSet<string> Keyed = FrozenSet.Create(StringComparer.Ordinal, "pod.labels", "pod.annotations");

    private static readonly FrozenDictionary<string, string> FieldLabels = new Dictionary<string, string>
    {
        ["proc.name"] = "the process (proc.name)",
        ["proc.pname"] = "the parent process (proc.pname)",
        ["proc.pexepath"] = "the parent process's path (proc.pexepath)",
        ["proc.pcmdline"] = "the parent process's command line (proc.pcmdline)",
        ["proc.aname[2]"] = "the process above the parent (proc.aname[2])",
        ["proc.aname[3]"] = "the process two above the parent (proc.aname[3])",
        ["proc.is_exe_from_memfd"] = "whether the program lies in memory only (proc.is_exe_from_memfd)",
        ["user.loginuid"] = "the login session (user.loginuid)",
        ["user.uid"] = "the user's ID (user.uid)",
        ["user.name"] = "the user (user.name)",
        ["fd.name"] = "the file or connection (fd.name)",
        ["evt.type"] = "the system call (evt.type)",
        ["proc.sname"] = "the session's first process (proc.sname)",
        ["proc.tty"] = "whether there was a terminal (proc.tty)",
        ["proc.cmdline"] = "the command line (proc.cmdline)",
        ["proc.exepath"] = "the program's path (proc.exepath)",
        ["proc.cmdnargs"] = "the number of arguments (proc.cmdnargs)",
        ["proc.is_exe_upper_layer"] = "whether the program is from the image (proc.is_exe_upper_layer)",
        ["proc.vpid"] = "the process's ID in the container (proc.vpid)",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>All names but those of Falco's own fields.</summary>
    public static IEnumerable<string> All => Labels.Keys.Select(name => Keyed.Contains(name) ? $"{name}[KEY]" : name).Order(StringComparer.Ordinal);

    public static bool IsKnown(string field) => IsFalcoField(field)
        ? field.Length > AlertPrefix.Length
        : Labels.ContainsKey(NameOf(field)) && Keyed.Contains(NameOf(field)) == KeyOf(field) is not null;

    /// <summary>Whether it is one of Falco's own fields.</summary>
    public static bool IsFalcoField(string field) => field.StartsWith(AlertPrefix, StringComparison.Ordinal) && !Labels.ContainsKey(field);

    public static FactKind KindOf(string field) =>
        IsFalcoField(field) ? FactKind.FalcoField
        : Sets.Contains(field) ? FactKind.Set
        : Numbers.Contains(field) ? FactKind.Number
        : FactKind.Text;

    /// <summary>The field without the key that it may hold.</summary>
    public static string NameOf(string field) => KeyOf(field) is { } key ? field[..^(key.Length + 2)] : field;

    /// <summary>The key in <c>pod.labels[KEY]</c>; null where there is none.</summary>
    public static string? KeyOf(string field)
    {
        var open = field.IndexOf('[', StringComparison.Ordinal);
        return open > 0 && field.EndsWith(']') && open + 2 < field.Length && Keyed.Contains(field[..open]) ? field[(open + 1)..^1] : null;
    }

    /// <summary>What people call it.</summary>
    public static string LabelOf(string field)
    {
        if (Labels.TryGetValue(NameOf(field), out var label))
        {
            return KeyOf(field) is { } key ? $"{label} {key}" : label;
        }

        var falco = field[AlertPrefix.Length..];
        return FieldLabels.GetValueOrDefault(falco)
            ?? (falco.StartsWith("evt.arg.", StringComparison.Ordinal) ? $"an argument of the system call ({falco})" : $"Falco's field {falco}");
    }

    /// <summary>The known name that looks most like <paramref name="field"/>; null where none does.</summary>
    public static string? NearestTo(string field)
    {
        var name = field.Split('[')[0];
        var nearest = Labels.Keys.Order(StringComparer.Ordinal).MinBy(known => EditDistance.Between(known, name));
        return nearest is not null && EditDistance.Between(nearest, name) <= Math.Max(2, name.Length / 4)
            ? Keyed.Contains(nearest) ? $"{nearest}[KEY]" : nearest
            : null;
    }
}
