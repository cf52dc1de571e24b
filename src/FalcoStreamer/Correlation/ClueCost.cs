using System.Collections.Frozen;

namespace FalcoStreamer.Correlation;

/// <summary>
/// How often a clue is there in vain. Only a guess, which makes matching faster or slower and never changes a judgement: a command line or an image
/// is rarely like another, a rule or a shell's name is everywhere.
/// </summary>
internal static class ClueCost
{
    private const double Usual = 5;

    private static readonly FrozenDictionary<string, double> ByField = new Dictionary<string, double>
    {
        ["alert.proc.cmdline"] = 0.2,
        ["alert.proc.exepath"] = 2,
        ["alert.proc.name"] = 2,
        ["alert.proc.pname"] = 3,
        ["alert.proc.tty"] = 90,
        ["alert.fd.name"] = 1,
        ["alert.rule"] = 10,
        ["alert.tags"] = 40,
        ["alert.priority"] = 30,
        ["alert.source"] = 95,
        ["subject.kind"] = 90,
        ["pod.namespace"] = 20,
        ["pod.owner"] = 2,
        ["pod.owner.kind"] = 40,
        ["pod.deleting"] = 50,
        ["pod.tokenMounted"] = 60,
        ["pod.hostNetwork"] = 60,
        ["pod.hostPID"] = 60,
        ["pod.hostIPC"] = 60,
        ["container.name"] = 3,
        ["container.type"] = 80,
        ["container.image.repository"] = 1,
        ["container.privileged"] = 60,
        ["container.tty"] = 60,
        ["process.ancestors"] = 20,
        ["process.entered"] = 60,
        ["terminal.unexpected"] = 60,
        ["audit.person"] = 60,
        ["audit.refused"] = 60,
        ["spec.equals"] = 1,
        ["spec.extends"] = 1,
        ["spec.child"] = 1,
        ["spec.elsewhere"] = 1,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Names and values that are there in many alerts.</summary>
    private static readonly FrozenSet<string> Everyday = FrozenSet.Create(
        StringComparer.Ordinal, "sh", "bash", "dash", "ash", "runc", "containerd-shim", "systemd", "none", "", "0", "true", "false");

    public static double Of(string field, bool isWhole, string text)
    {
        var cost = ByField.GetValueOrDefault(field, Usual);
        // A part is found in more texts than it was meant for, a short one in many, and a shell's name in nearly all.
        return (isWhole, Everyday.Contains(text)) switch
        {
            (true, true) => Math.Max(cost, 25),
            (true, false) => cost,
            (false, true) => 80,
            (false, false) => text.Length < 4 ? Math.Max(cost * 10, 10) : cost * 3,
        };
    }
}
