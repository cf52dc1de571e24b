namespace FalcoStreamer.Correlation;

/// <summary>How the command that Falco saw compares with the commands in the container's specification.</summary>
/// <param name="Equal">The place whose command it equals (<c>livenessProbe</c>, <c>entrypoint</c> …), <c>none</c>, or null when the specification is not known.</param>
/// <param name="Extended">The place whose command it begins with before it goes on, <c>none</c>, or null when the specification is not known.</param>
/// <param name="Addition">What follows that command, or null.</param>
internal readonly record struct SpecMatch(string? Equal, string? Extended, string? Addition)
{
    public const string None = "none";

    public static SpecMatch Nothing { get; } = new(None, None, null);
}
