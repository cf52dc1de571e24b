using System.Text;
using FalcoStreamer.Alerts;

namespace FalcoStreamer.Correlation;

/// <summary>Which parent the specification itself gives a process.</summary>
/// <param name="Parent">The name of the program that starts it, e.g. the shell; null when the container runtime does.</param>
/// <param name="GrandParent">The same of that program.</param>
/// <param name="ParentTexts">The ways in which Falco may show the parent's command line.</param>
internal sealed record SpecLineage(string? Parent, string? GrandParent, IReadOnlyList<byte[]> ParentTexts)
{
    /// <summary>Started by the container runtime.</summary>
    public static SpecLineage Runtime { get; } = new(null, null, []);

    // falcosecurity/rules, macro container_entrypoint, and the names of crun and conmon. They are only names: any process can take one.
    private static readonly HashSet<string> Runtimes = new(
    [
        "containerd-shim", "runc", "runc:[0:PARENT]", "runc:[1:CHILD]", "runc:[2:INIT]", "docker-runc", "exe", "docker-runc-cur",
        "crun", "crio", "crio-conmon", "conmon", "conmonrs", "systemd",
    ], StringComparer.Ordinal);

    /// <summary>
    /// Whether the alert shows a process of this parent: the parent must be seen, and nothing that is seen of those above it may say otherwise.
    /// </summary>
    public bool Fits(FalcoAlert alert)
    {
        var parent = alert.Field("proc.pname"u8);
        if (Parent is null)
        {
            return parent.IsPresent && IsRuntime(parent);
        }

        if (!parent.Is(Encoding.UTF8.GetBytes(Parent)))
        {
            return false;
        }

        var above = alert.Field("proc.aname[2]"u8);
        var parentText = alert.Field("proc.pcmdline"u8);
        return (!above.IsPresent || (GrandParent is null ? IsRuntime(above) : above.Is(Encoding.UTF8.GetBytes(GrandParent))))
            && (!parentText.IsPresent || ParentTexts.Any(text => parentText.Is(text)));
    }

    private static bool IsRuntime(Utf8Text name) => name.Span.Length <= 16 && Runtimes.Contains(name.ToString());
}
