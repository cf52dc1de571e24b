namespace FalcoStreamer.Correlation;

/// <summary>How the command that Falco saw compares with the commands in the pod's specification.</summary>
/// <remarks>Every member is a text that a predicate can ask for. Null is "not known"; the default value knows nothing, as for a pod that was not found.</remarks>
internal readonly record struct SpecMatch
{
    public const string None = "none";
    public const string Fits = "fits";
    public const string Off = "off";
    public const string Fit = "fit";
    public const string Differ = "differ";

    /// <summary>The place whose command it equals (<c>livenessProbe</c>, <c>entrypoint</c> …), or <c>none</c>.</summary>
    public string? Equal { get; init; }

    /// <summary>The place of a command of which the process's own is a part, run by that command's shell or in its place, or <c>none</c>.</summary>
    public string? Child { get; init; }

    /// <summary>The place whose command it holds with something before or behind it, or <c>none</c>.</summary>
    public string? Extended { get; init; }

    /// <summary>In words, what there is besides the command of <see cref="Extended"/>; null where nothing is extended.</summary>
    public string? Difference { get; init; }

    /// <summary>Whose command it is when it is not this container's: <c>livenessProbe of container db</c>, or <c>none</c>.</summary>
    public string? Elsewhere { get; init; }

    /// <summary><c>fit</c> or <c>differ</c>: the boundaries between arguments, where Falco gives them.</summary>
    public string? Arguments { get; init; }

    /// <summary><c>fit</c> or <c>differ</c>: the file that was executed, where it can be compared.</summary>
    public string? Program { get; init; }

    /// <summary><c>fits</c> or <c>off</c>: the times of a probe's runs (<see cref="ProbeRhythm"/>).</summary>
    public string? Period { get; init; }

    /// <summary>The periods of the probes with this very command; null or empty for everything else.</summary>
    public IReadOnlyList<TimeSpan>? Periods { get; init; }

    /// <summary>The specification is known, and the command is not in it.</summary>
    public static SpecMatch Nothing { get; } = new() { Equal = None, Child = None, Extended = None, Elsewhere = None };

    /// <summary>The place that the command has to do with; null where there is none.</summary>
    public string? Place => Named(Equal) ?? Named(Child) ?? Named(Extended);

    private static string? Named(string? place) => place == None ? null : place;
}
