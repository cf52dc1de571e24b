using System.Runtime.CompilerServices;
using System.Text;
using FalcoStreamer.Alerts;
using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Correlation;

/// <summary>Recognises the commands of a pod's specification in what Falco shows of a process.</summary>
/// <remarks>The forms of a container are made once and go with it. Driven by one caller at a time.</remarks>
internal sealed class SpecCommands
{
    private const int LongestCommandLine = 8 * 1024;

    private readonly ConditionalWeakTable<ContainerFacts, SpecForms> _formsByContainer = [];
    private readonly SpecElsewhere _elsewhere = new();
    private readonly Func<ContainerFacts, SpecForms> _prepare;

    public SpecCommands() => _prepare = Prepare;

    /// <summary>Compares an alert's command line with the specification of its container.</summary>
    public SpecMatch Compare(FalcoAlert alert, Subject subject)
    {
        var commandLine = alert.Field("proc.cmdline"u8);
        if (subject is not { ContainerFacts: { } container, Pod: { } pod } || !commandLine.IsPresent)
        {
            return default;
        }

        var forms = FormsOf(pod, container);
        var match = FindEqual(forms, alert, commandLine, out var isCut);
        if (match is not null)
        {
            return match.Value;
        }

        if (isCut)
        {
            // Falco shows no more of the command, and what it does not show may be anything.
            return default;
        }

        return FindExtended(forms, commandLine.Span)
            ?? (_elsewhere.Find(commandLine.Span, pod, container, _prepare) is { } elsewhere
                ? SpecMatch.Nothing with { Elsewhere = elsewhere }
                : forms.IsWhole ? SpecMatch.Nothing : default);
    }

    private SpecForms FormsOf(PodFacts pod, ContainerFacts container)
    {
        if (_formsByContainer.TryGetValue(container, out var known))
        {
            return known;
        }

        var forms = Prepare(container);
        _elsewhere.Remember(pod, container, forms);
        return forms;
    }

    private SpecForms Prepare(ContainerFacts container) => _formsByContainer.GetValue(container, SpecFormBuilder.Build);

    private static SpecMatch? FindEqual(SpecForms forms, FalcoAlert alert, Utf8Text commandLine, out bool isCut)
    {
        SpecMatch? equal = null;
        SpecMatch? part = null;
        isCut = false;
        foreach (var form in forms.All)
        {
            if (!form.Is(commandLine.Span, out var before) || (form.IsApplet && !IsBusybox(alert)))
            {
                continue;
            }

            isCut |= form.IsCut;
            var arguments = form.CompareArguments(alert, before);
            if (form.IsCut || (form.IsPart && (arguments == SpecMatch.Differ || !form.Lineage.Fits(alert))))
            {
                continue;
            }

            if (form.IsPart)
            {
                // Seen below the very shell or wrapper that the specification names, it is that one's child rather than the runtime's.
                if (part is null || form.Lineage.Parent is not null)
                {
                    part = SpecMatch.Nothing with { Child = form.Place, Arguments = arguments, Program = form.CompareProgram(alert) };
                }

                if (form.Lineage.Parent is not null)
                {
                    return part;
                }
            }
            else if (equal is null || (equal.Value.Arguments == SpecMatch.Differ && arguments != SpecMatch.Differ))
            {
                equal = SpecMatch.Nothing with
                {
                    Equal = form.Place,
                    Arguments = arguments,
                    Program = form.CompareProgram(alert),
                    Periods = PeriodsOf(forms, commandLine),
                };
            }
        }

        return equal ?? part;
    }

    private static bool IsBusybox(FalcoAlert alert)
    {
        var path = alert.Field("proc.exepath"u8);
        return !path.IsPresent || path.Span.EndsWith("/busybox"u8);
    }

    /// <summary>The periods of all probes with one command: their runs look alike.</summary>
    private static TimeSpan[] PeriodsOf(SpecForms forms, Utf8Text commandLine) =>
        [.. forms.All.Where(form => form is { IsPart: false, Period: not null } && form.Is(commandLine.Span, out _))
            .DistinctBy(form => form.Place).Select(form => form.Period!.Value)];

    private static SpecMatch? FindExtended(SpecForms forms, ReadOnlySpan<byte> commandLine)
    {
        // Falco's drivers give half of this; a field that is longer was made by somebody else.
        var seen = commandLine[..Math.Min(commandLine.Length, LongestCommandLine)];
        foreach (var form in forms.All)
        {
            if (form.Core is { } core && seen.IndexOf(core) is var start and >= 0 && IsWhole(seen, start, core.Length))
            {
                var isAtStart = !form.IsScript && seen.StartsWith(form.Text);
                var expected = Encoding.UTF8.GetString(isAtStart ? form.Text : core);
                return SpecMatch.Nothing with
                {
                    Extended = form.Place,
                    Difference = TextDifference.Describe(Encoding.UTF8.GetString(seen), [expected]),
                };
            }
        }

        return null;
    }

    /// <summary>A text within a longer word is another word: <c>cat /tmp/ok</c> is not in <c>cat /tmp/ok2</c>.</summary>
    private static bool IsWhole(ReadOnlySpan<byte> text, int start, int length) =>
        (start == 0 || !char.IsAsciiLetterOrDigit((char)text[start - 1]))
        && (start + length == text.Length || !char.IsAsciiLetterOrDigit((char)text[start + length]));
}
