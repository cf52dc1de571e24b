namespace FalcoStreamer.Commands;

/// <summary>A command cannot go on: one line that names the place and the remedy, and how it ends.</summary>
internal sealed class CommandException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
