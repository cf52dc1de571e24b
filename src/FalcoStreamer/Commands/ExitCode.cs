namespace FalcoStreamer.Commands;

/// <summary>How a command ends; scripts may rely on it (README, "Exit codes"). The numbers from 64 are those of sysexits.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>A run that ended because of its own fault.</summary>
    public const int Fault = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 64;

    /// <summary>Some input lines are no alerts; the others are done.</summary>
    public const int BadInput = 65;

    /// <summary>A file is missing or unreadable.</summary>
    public const int NoInput = 66;

    /// <summary>The output cannot be written.</summary>
    public const int NoOutput = 74;

    /// <summary>The configuration or the knowledge is wrong.</summary>
    public const int Configuration = 78;
}
