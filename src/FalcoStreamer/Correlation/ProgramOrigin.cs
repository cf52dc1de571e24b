using System.Collections.Frozen;
using FalcoStreamer.Alerts;
using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Correlation;

/// <summary>
/// Where the program of an alert is from, by Falco's <c>proc.is_exe_upper_layer</c> and by what the container's own command installs: a program that
/// the specification has installed is not in the image either.
/// </summary>
internal static class ProgramOrigin
{
    public const string Image = "image";
    public const string Installed = "installed";
    public const string Added = "added";

    // More is no command that a person wrote.
    private const int LongestCommand = 64 * 1024;
    private const int MostOptions = 8;

    private static readonly FrozenSet<string> Managers = FrozenSet.Create(
        StringComparer.Ordinal, "apk", "apt", "apt-get", "dnf", "microdnf", "yum", "tdnf", "zypper", "pip", "pip3", "npm", "yarn", "gem");

    private static readonly FrozenSet<string> Verbs = FrozenSet.Create(StringComparer.Ordinal, "add", "install", "i", "ci");

    private static readonly char[] Blanks = [' ', '\t', '\n', '\r', '(', ')', '{', '}', '"', '\''];

    /// <summary>One of the constants; null where Falco does not say.</summary>
    public static string? Of(FalcoAlert alert, ContainerFacts? container)
    {
        var isUpperLayer = alert.Field("proc.is_exe_upper_layer"u8);
        return isUpperLayer.Is("false"u8) ? Image
            : !isUpperLayer.Is("true"u8) ? null
            : container is not null && Installs(container) ? Installed
            : Added;
    }

    /// <summary>Whether the container's command calls a package manager to install something.</summary>
    public static bool Installs(ContainerFacts container)
    {
        var text = string.Join(' ', [.. container.Command, .. container.Args]);
        var options = MostOptions + 1;
        foreach (var word in text[..Math.Min(text.Length, LongestCommand)].Split(Blanks, StringSplitOptions.RemoveEmptyEntries))
        {
            if (Managers.Contains(word[(word.LastIndexOf('/') + 1)..]))
            {
                options = 0;
            }
            else if (options <= MostOptions && Verbs.Contains(word))
            {
                return true;
            }
            else
            {
                options = word.AsSpan().ContainsAny(";&|") ? MostOptions + 1 : options + 1;
            }
        }

        return false;
    }
}
