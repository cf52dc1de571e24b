using FalcoStreamer.Alerts;
using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Correlation;

/// <summary>The sets among the facts of an alert and its subject.</summary>
internal static class SubjectSets
{
    private const string CapabilityPrefix = "CAP_";

    /// <summary>The names of the processes above the one of the alert: <c>proc.pname</c> and <c>proc.aname[n]</c> from 1 on, as far as Falco gave them.</summary>
    public static IReadOnlyList<Utf8Text> Ancestors(FalcoAlert alert)
    {
        var ancestors = new List<Utf8Text>();
        foreach (var field in alert.Fields)
        {
            var name = field.Name.Span;
            // proc.aname[0] is the process itself.
            var isAncestor = name.SequenceEqual("proc.pname"u8) || (name.StartsWith("proc.aname["u8) && !name.SequenceEqual("proc.aname[0]"u8));
            if (isAncestor && field.Value.IsPresent)
            {
                ancestors.Add(field.Value);
            }
        }

        return ancestors;
    }

    /// <summary>The capabilities that a container adds, without the prefix that some write.</summary>
    public static IReadOnlyList<string>? Capabilities(ContainerFacts? container)
    {
        var added = container?.Security.AddedCapabilities;
        return added is not null && added.Any(name => name.StartsWith(CapabilityPrefix, StringComparison.OrdinalIgnoreCase))
            ? [.. added.Select(name => name.StartsWith(CapabilityPrefix, StringComparison.OrdinalIgnoreCase) ? name[CapabilityPrefix.Length..] : name)]
            : added;
    }

    /// <summary>The node's paths that are mounted into a container.</summary>
    public static IReadOnlyList<string>? HostPaths(ContainerFacts? container, bool writableOnly) => container is null
        ? null
        : [.. container.Mounts.Where(mount => mount.HostPath is not null && !(writableOnly && mount.ReadOnly)).Select(mount => mount.HostPath!)];
}
