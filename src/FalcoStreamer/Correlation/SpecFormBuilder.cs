using System.Text;
using System.Text.RegularExpressions;
using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Correlation;

/// <summary>The forms of one container's commands.</summary>
/// <param name="All">The forms, those of probes and hooks first.</param>
/// <param name="IsWhole">False when a bound or a value that the specification does not hold left something out: then nothing can be said to be missing from it.</param>
internal sealed record SpecForms(SpecForm[] All, bool IsWhole);

/// <summary>
/// Brings the commands of a container's specification into the forms that Falco may show: <c>proc.cmdline</c> is the process name, cut at 15
/// characters, and the arguments joined by single blanks (contracts/falco.md, "Fields").
/// </summary>
/// <remarks>
/// Done once for a container, and bounded whatever its author wrote: 64 KiB of text and 256 forms in all, of each form what Falco shows of a
/// command, and commands within commands to a depth of four.
/// </remarks>
internal sealed partial class SpecFormBuilder
{
    /// <summary>Text that is kept of all forms of a container together.</summary>
    public const int MostBytes = 64 * 1024;

    /// <summary>Forms that are kept of a container.</summary>
    public const int MostForms = 256;

    // Falco's drivers give 4,096 bytes of a command, the program's path included.
    private const int LongestText = 3840;
    private const int MostArguments = 1024;
    private const int LongestExpansion = 16 * 1024;
    private const int MostDepth = 4;

    // "sh -c" or "sleep 5" begins or lies in half of all commands: only a text that says something can be imitated.
    private const int ShortestCore = 12;

    private readonly ContainerFacts _container;
    private readonly List<SpecForm> _forms = [];
    private int _bytes;
    private bool _isWhole = true;

    private SpecFormBuilder(ContainerFacts container) => _container = container;

    public static SpecForms Build(ContainerFacts container)
    {
        var builder = new SpecFormBuilder(container);
        foreach (var spec in container.SpecCommands)
        {
            builder.AddCommand(new Origin(PlaceOf(spec.Kind), IsSentIn: true, spec.Period), spec.Command);
        }

        // Without a command the image's own entry point runs, which the specification does not show.
        if (container.Command.Count > 0)
        {
            var place = container is { Type: ContainerType.Init, IsSidecar: false } ? "initCommand" : "entrypoint";
            builder.AddCommand(new Origin(place, IsSentIn: false, null), [.. container.Command, .. container.Args]);
        }

        return new SpecForms([.. builder._forms], builder._isWhole);
    }

    private static string PlaceOf(SpecCommandKind kind) => kind switch
    {
        SpecCommandKind.StartupProbe => "startupProbe",
        SpecCommandKind.LivenessProbe => "livenessProbe",
        SpecCommandKind.ReadinessProbe => "readinessProbe",
        SpecCommandKind.PostStart => "postStart",
        SpecCommandKind.PreStop => "preStop",
        SpecCommandKind.PreBackup => "preHookAnnotation",
        _ => "postHookAnnotation",
    };

    private void AddCommand(Origin origin, IReadOnlyList<string> command)
    {
        if (command.Count is 0 or > MostArguments || command[0].Length == 0)
        {
            _isWhole &= command.Count <= MostArguments;
            return;
        }

        AddForms(origin, [.. command.Select(Expand)], SpecLineage.Runtime, isPart: false, isOfShell: false, depth: 0);
    }

    private void AddForms(Origin origin, string[] words, SpecLineage lineage, bool isPart, bool isOfShell, int depth)
    {
        if (depth > MostDepth)
        {
            _isWhole = false;
            return;
        }

        var name = SpecNames.ProcessName(words[0]);
        if (SpecScript.WaitsForInput(name, words))
        {
            // Whoever gives it that input decides what it does: that such a shell is in the specification says nothing about another one.
            return;
        }

        var shellText = ShellTextOf(words, name, out var flag);
        // An application may well start itself again with more arguments; only what a shell reads can be added to.
        var core = isPart || (!origin.IsSentIn && shellText is null) ? null : CoreOf(shellText ?? string.Join(' ', [name, .. words[1..]]));
        var form = new SpecForm
        {
            Place = origin.Place,
            Text = [],
            Program = words[0],
            Arguments = words[1..],
            Lineage = lineage,
            IsPart = isPart,
            Core = core,
            IsSentIn = origin.IsSentIn,
            Period = origin.Period,
        };
        Add(form, [name, .. words[1..]]);
        if (shellText is not null && flag == words.Length - 2)
        {
            // glibc's system() writes "sh -c -- TEXT".
            string[] dashed = [.. words[1..(flag + 1)], "--", shellText];
            Add(form with { Arguments = dashed }, [name, .. dashed]);
        }

        if (isOfShell && !words[0].Contains('/', StringComparison.Ordinal))
        {
            // busybox runs its own applets as /proc/self/exe, and that is the name they get.
            Add(form with { IsApplet = true, Core = null }, ["exe", .. words[1..]]);
        }

        if (!SpecNames.IsShell(name))
        {
            // Where the kernel cuts the name, the name is in no text that a person writes.
            var isNameCut = core is not null && !words[0].EndsWith(name, StringComparison.Ordinal);
            Add(form with { IsScript = true, Core = isNameCut ? CoreOf(string.Join(' ', words)) : null }, words);
        }

        if (SpecWrapper.TryUnwrap(words, name, out var inner, out var stays))
        {
            var below = stays ? new SpecLineage(name, lineage.Parent, TextsOf(words, name)) : lineage;
            AddForms(origin, inner, below, isPart || stays, isOfShell, depth + 1);
        }

        if (shellText is not null)
        {
            AddShellText(origin, shellText, new SpecLineage(name, lineage.Parent, TextsOf(words, name)), lineage, isPart, depth);
        }
    }

    private void AddShellText(Origin origin, string text, SpecLineage below, SpecLineage own, bool isPart, int depth)
    {
        foreach (var command in SpecShellText.Split(text, _container.Environment))
        {
            if (_forms.Count >= MostForms || _bytes >= MostBytes)
            {
                _isWhole = false;
                return;
            }

            AddForms(origin, command.Words, below, isPart: true, isOfShell: true, depth + 1);
            if (command.IsAlone || command.Replaces)
            {
                AddForms(origin, command.Words, own, isPart || !command.IsAlone, isOfShell: true, depth + 1);
            }
        }
    }

    /// <summary>The text behind <c>-c</c> when the program is a shell; <paramref name="flag"/> is where the option stands.</summary>
    private static string? ShellTextOf(string[] words, string name, out int flag)
    {
        flag = 1;
        if (!SpecNames.IsShell(name))
        {
            return null;
        }

        for (; flag < words.Length - 1 && words[flag].StartsWith('-') && !words[flag].StartsWith("--", StringComparison.Ordinal); flag++)
        {
            if (words[flag].Contains('c', StringComparison.Ordinal))
            {
                var isDashed = words[flag + 1] == "--" && flag + 2 < words.Length;
                return words[flag + (isDashed ? 2 : 1)];
            }
        }

        return null;
    }

    private static byte[]? CoreOf(string text)
    {
        var core = text.Trim();
        return core.Length >= ShortestCore && core.Length <= LongestText && core.Contains(' ', StringComparison.Ordinal) ? Encoding.UTF8.GetBytes(core) : null;
    }

    private byte[][] TextsOf(string[] words, string name) =>
        [.. _forms.Where(form => ReferenceEquals(form.Program, words[0]) && !form.IsScript && !form.IsCut && SpecNames.ProcessName(form.Program) == name)
            .Select(form => form.Text)];

    private void Add(SpecForm form, IEnumerable<string> words)
    {
        var joined = new StringBuilder();
        foreach (var word in words)
        {
            joined.Append(word).Append(' ');
            if (joined.Length > LongestText)
            {
                break;
            }
        }

        var text = Encoding.UTF8.GetBytes(joined.ToString(0, joined.Length - 1));
        var isCut = text.Length > LongestText;
        if (isCut)
        {
            text = text[..LongestText];
        }

        _bytes += text.Length + (form.Core?.Length ?? 0);
        if (_forms.Count >= MostForms || _bytes > MostBytes || (isCut && form.IsScript))
        {
            _isWhole = false;
            return;
        }

        _forms.Add(form with { Text = text, IsCut = isCut });
    }

    /// <summary>Puts in the variables whose values the specification gives, as the kubelet does: <c>$(NAME)</c>, and <c>$$</c> for a dollar.</summary>
    private string Expand(string part)
    {
        if (!part.Contains('$', StringComparison.Ordinal))
        {
            return part;
        }

        var expanded = new StringBuilder();
        var position = 0;
        foreach (var match in Reference().EnumerateMatches(part))
        {
            expanded.Append(part, position, match.Index - position);
            position = match.Index + match.Length;
            var reference = part.AsSpan(match.Index, match.Length);
            if (reference is "$$")
            {
                expanded.Append('$');
            }
            else if (_container.Environment.TryGetValue(reference[2..^1].ToString(), out var value))
            {
                expanded.Append(value);
            }
            else
            {
                // A value from a Secret or ConfigMap is not known here; a name that nobody defines stays as it is.
                expanded.Append(reference);
                _isWhole = false;
            }

            if (expanded.Length > LongestExpansion)
            {
                _isWhole = false;
                return expanded.ToString();
            }
        }

        return expanded.Append(part, position, part.Length - position).ToString();
    }

    [GeneratedRegex(@"\$\$|\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();

    private sealed record Origin(string Place, bool IsSentIn, TimeSpan? Period);
}
