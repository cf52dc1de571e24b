using System.Text.Json;

namespace FalcoStreamer.Enrichment;

/// <summary>The commands that Velero runs in a pod before and after it backs the pod up, as the pod's annotations give them.</summary>
internal static class BackupHooks
{
    // vmware-tanzu/velero, internal/hook/item_hook_handler.go
    private const string Command = "hook.backup.velero.io/command";
    private const string Container = "hook.backup.velero.io/container";

    private const int LongestCommand = 16 * 1024;

    /// <summary>
    /// The containers, with the commands given to the one that the annotations name. Velero takes the first container where they name none.
    /// </summary>
    public static IReadOnlyList<ContainerFacts> AddTo(IReadOnlyList<ContainerFacts> containers, Func<string, string?>? annotation)
    {
        if (annotation is null)
        {
            return containers;
        }

        // Velero takes the annotation without a phase for the hook before the backup, when that has none of its own.
        var before = string.IsNullOrEmpty(annotation($"pre.{Command}")) ? "" : "pre.";
        var with = Add(containers, SpecCommandKind.PreBackup, annotation(before + Command), annotation(before + Container));
        return Add(with, SpecCommandKind.PostBackup, annotation($"post.{Command}"), annotation($"post.{Container}"));
    }

    private static IReadOnlyList<ContainerFacts> Add(IReadOnlyList<ContainerFacts> containers, SpecCommandKind kind, string? command, string? container)
    {
        if (string.IsNullOrEmpty(command) || command.Length > LongestCommand)
        {
            return containers;
        }

        var hook = new SpecCommand(kind, Words(command), null);
        var target = containers.FirstOrDefault(candidate => string.IsNullOrEmpty(container)
            ? candidate.Type == ContainerType.Container
            : candidate.Name == container);
        return target is null
            ? containers
            : [.. containers.Select(candidate => ReferenceEquals(candidate, target) ? candidate with { SpecCommands = [.. candidate.SpecCommands, hook] } : candidate)];
    }

    /// <summary>A JSON array is the command and its arguments; any other text is one word, blanks and all.</summary>
    private static List<string> Words(string command)
    {
        try
        {
            return command[0] == '[' && JsonSerializer.Deserialize(command, KubernetesJsonContext.Default.ListString) is { Count: > 0 } words ? words : [command];
        }
        catch (JsonException)
        {
            return [command];
        }
    }
}
