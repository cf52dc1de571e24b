using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using FalcoStreamer.Alerts;
using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Correlation;

/// <summary>
/// Recognises the commands of a container's specification in what Falco shows of a process: <c>proc.cmdline</c> is the process name, cut at 15
/// characters, and the arguments joined by single blanks (contracts/falco.md, "Fields"), so the specification is brought into that form.
/// </summary>
internal sealed partial class SpecCommands
{
    private const int ProcessNameLength = 15;

    private readonly ConditionalWeakTable<ContainerFacts, Form[]> _formsByContainer = [];

    /// <summary>Compares an alert's command line with the specification of its container.</summary>
    public SpecMatch Compare(FalcoAlert alert, Subject subject)
    {
        var commandLine = alert.Field("proc.cmdline"u8);
        if (subject.ContainerFacts is not { } container || !commandLine.IsPresent)
        {
            return default;
        }

        var forms = _formsByContainer.GetValue(container, FormsOf);
        foreach (var form in forms)
        {
            if (commandLine.Is(form.Utf8))
            {
                return new SpecMatch(form.Place, SpecMatch.None, null);
            }
        }

        foreach (var form in forms)
        {
            if (form.CanBeExtended && commandLine.Span.StartsWith(form.Utf8))
            {
                return new SpecMatch(SpecMatch.None, form.Place, Encoding.UTF8.GetString(commandLine.Span[form.Utf8.Length..]));
            }
        }

        return SpecMatch.Nothing;
    }

    private static Form[] FormsOf(ContainerFacts container)
    {
        var forms = new List<Form>();
        foreach (var spec in container.SpecCommands)
        {
            AddForms(PlaceOf(spec.Kind), Expand(spec.Command, container), forms);
        }

        // Without a command the image's own entry point runs, which the specification does not show.
        if (container.Command.Count > 0)
        {
            AddForms("entrypoint", Expand([.. container.Command, .. container.Args], container), forms);
        }

        return [.. forms];
    }

    private static string PlaceOf(SpecCommandKind kind) => kind switch
    {
        SpecCommandKind.StartupProbe => "startupProbe",
        SpecCommandKind.LivenessProbe => "livenessProbe",
        SpecCommandKind.ReadinessProbe => "readinessProbe",
        SpecCommandKind.PostStart => "postStart",
        _ => "preStop",
    };

    private static void AddForms(string place, string[] command, List<Form> forms)
    {
        if (command.Length == 0)
        {
            return;
        }

        var name = Path.GetFileName(command[0]);
        var process = name.Length > ProcessNameLength ? name[..ProcessNameLength] : name;
        Add(string.Join(' ', [process, .. command[1..]]));
        // A script with a shebang shows its own path again as the first argument.
        Add(string.Join(' ', [process, command[0], .. command[1..]]));
        if (command.Length == 3 && command[1] == "-c" && process is "sh" or "bash" or "dash" or "ash")
        {
            // glibc's system() writes "sh -c -- TEXT".
            Add($"{process} -c -- {command[2]}");
            // A shell replaces itself by the command when that is a single simple one.
            if (SimpleCommand().IsMatch(command[2]))
            {
                var words = command[2].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                words[0] = Path.GetFileName(words[0]);
                Add(string.Join(' ', words));
            }
        }

        void Add(string text)
        {
            // "sh" alone, or "sh -c", begins half of all commands: only a text that says something can be imitated.
            var saysSomething = text.Length >= 12 && text.Contains(' ', StringComparison.Ordinal);
            forms.Add(new Form(place, Encoding.UTF8.GetBytes(text), saysSomething));
        }
    }

    /// <summary>Puts in the variables whose values the specification gives, as the kubelet does: <c>$(NAME)</c>, and <c>$$</c> for a dollar.</summary>
    private static string[] Expand(IReadOnlyList<string> command, ContainerFacts container) =>
        [.. command.Select(part => Reference().Replace(part, match => match.Value == "$$"
            ? "$"
            : container.Environment.GetValueOrDefault(match.Groups[1].Value, match.Value)))];

    [GeneratedRegex(@"\$\$|\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();

    [GeneratedRegex("^[A-Za-z0-9_./:=@%+, -]+$", RegexOptions.CultureInvariant)]
    private static partial Regex SimpleCommand();

    private sealed record Form(string Place, byte[] Utf8, bool CanBeExtended);
}
