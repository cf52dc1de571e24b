using System.Text;
using FalcoStreamer.Alerts;

namespace FalcoStreamer.Correlation;

/// <summary>One way in which Falco may show a command of a container's specification.</summary>
internal sealed record SpecForm
{
    /// <summary>Where the command stands: <c>livenessProbe</c>, <c>entrypoint</c> …</summary>
    public required string Place { get; init; }

    /// <summary>The whole of <c>proc.cmdline</c>; for a script only its path and what follows.</summary>
    public required byte[] Text { get; init; }

    /// <summary>The program as the specification names it.</summary>
    public required string Program { get; init; }

    /// <summary>The arguments behind the program, as the process gets them.</summary>
    public required string[] Arguments { get; init; }

    public required SpecLineage Lineage { get; init; }

    /// <summary>True for a command that is only a part of what the specification says.</summary>
    public bool IsPart { get; init; }

    /// <summary>True when the program is taken for a script: <see cref="Text"/> stands behind the name of the script or of its interpreter.</summary>
    public bool IsScript { get; init; }

    /// <summary>True for the name that busybox gives its applets when it runs itself.</summary>
    public bool IsApplet { get; init; }

    /// <summary>True when the command is longer than Falco shows: then nothing is known about its end.</summary>
    public bool IsCut { get; init; }

    /// <summary>The text that something may be put before or behind; null where the text says too little to be imitated.</summary>
    public byte[]? Core { get; init; }

    /// <summary>True for probes, hooks and backups: commands that come into a running container from outside.</summary>
    public bool IsSentIn { get; init; }

    /// <summary>How often the probe runs; null for all else.</summary>
    public TimeSpan? Period { get; init; }

    /// <summary>Whether <paramref name="commandLine"/> is this form. For a script, <paramref name="before"/> is how many arguments its interpreter got first.</summary>
    public bool Is(ReadOnlySpan<byte> commandLine, out int before)
    {
        before = 0;
        if (!IsScript)
        {
            return IsCut ? commandLine.StartsWith(Text) : commandLine.SequenceEqual(Text);
        }

        return commandLine.Length - Text.Length is > 0 and <= LongestHead
            && commandLine.EndsWith(Text)
            && SpecScript.Runs(Program, Encoding.UTF8.GetString(commandLine[..^Text.Length]), out before);
    }

    /// <summary><c>fit</c>, <c>differ</c>, or null where Falco does not give the arguments one by one.</summary>
    public string? CompareArguments(FalcoAlert alert, int before)
    {
        var count = alert.Field("proc.cmdnargs"u8);
        if (count.IsPresent && System.Buffers.Text.Utf8Parser.TryParse(count.Span, out int seen, out _) && seen != Arguments.Length + before)
        {
            return SpecMatch.Differ;
        }

        var isSeen = count.IsPresent;
        for (var i = 0; i <= MostIndexed; i++)
        {
            if (alert.Field(IndexedArguments[i]) is not { IsPresent: true } argument)
            {
                continue;
            }

            isSeen = true;
            if (!IsScript && !Array.Exists(Arguments, expected => argument.Is(Encoding.UTF8.GetBytes(expected))))
            {
                return SpecMatch.Differ;
            }
        }

        return isSeen ? SpecMatch.Fit : null;
    }

    /// <summary>
    /// <c>fit</c> when the file that was executed is the one that the specification names, <c>differ</c> when it comes from where anybody can
    /// put one, else null: what a name in the path or a link leads to is not known.
    /// </summary>
    public string? CompareProgram(FalcoAlert alert)
    {
        var path = alert.Field("proc.exepath"u8);
        if (!path.IsPresent)
        {
            return null;
        }

        if (path.Is(Encoding.UTF8.GetBytes(Program)))
        {
            return SpecMatch.Fit;
        }

        var isAnybodys = path.Span.StartsWith("/tmp/"u8) || path.Span.StartsWith("/var/tmp/"u8) || path.Span.StartsWith("/dev/shm/"u8)
            || path.Span.StartsWith("/run/"u8) || path.Span.StartsWith("/proc/"u8) || path.Span.StartsWith("memfd:"u8);
        return isAnybodys ? SpecMatch.Differ : null;
    }

    // The name of an interpreter, its option and a directory.
    private const int LongestHead = 64;

    private const int MostIndexed = 3;
    private static readonly string[] IndexedArguments = ["proc.args[0]", "proc.args[1]", "proc.args[2]", "proc.args[3]"];
}
