namespace FalcoStreamer.Correlation;

/// <summary>
/// How the kernel shows a script with a shebang: the interpreter gets the script's path as an argument, and the process has the script's
/// name, or the interpreter's when that was started by <c>env</c>.
/// </summary>
internal static class SpecScript
{
    private static readonly HashSet<string> Interpreters = new(
        ["sh", "bash", "dash", "ash", "ksh", "zsh", "env", "python", "python2", "python3", "perl", "ruby", "node", "php", "lua", "tclsh"], StringComparer.Ordinal);

    // Where a name without a slash is looked for when the image does not say otherwise.
    private static readonly string[] SearchPath = ["/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"];

    /// <summary>Whether <paramref name="words"/> are a shell or another interpreter that is given nothing to run.</summary>
    public static bool WaitsForInput(string name, string[] words)
    {
        var start = name == "busybox" && words.Length > 1 ? 1 : 0;
        return name != "env"
            && Interpreters.Contains(SpecNames.WithoutVersion(SpecNames.ProcessName(words[start])))
            && words.Skip(start + 1).All(word => word.StartsWith('-'));
    }

    /// <summary>
    /// Whether <paramref name="head"/>, which stands before the script's path in a command line, is that of <paramref name="program"/> run as a
    /// script. <paramref name="arguments"/> is how many arguments the interpreter has got by then, the path included.
    /// </summary>
    public static bool Runs(string program, string head, out int arguments)
    {
        arguments = 0;
        if (!program.Contains('/', StringComparison.Ordinal))
        {
            var directory = Array.Find(SearchPath, path => head.EndsWith(" " + path, StringComparison.Ordinal));
            if (directory is null)
            {
                return false;
            }

            head = head[..^directory.Length];
        }

        var words = head.Split(' ');
        // A shebang line holds one argument at most; "-c" would make the path a command.
        if (words.Length is < 2 or > 3 || words[^1].Length > 0)
        {
            return false;
        }

        arguments = words.Length - 1;
        return (words[0] == SpecNames.ProcessName(program) || Interpreters.Contains(SpecNames.WithoutVersion(words[0])))
            && (words.Length == 2 || (words[1].Length is > 1 and < 8 && words[1][0] == '-' && !words[1].Contains('c', StringComparison.Ordinal)));
    }
}

/// <summary>Names of processes as Falco shows them.</summary>
internal static class SpecNames
{
    private const int ProcessNameBytes = 15;

    /// <summary>Programs that run <c>-c TEXT</c> as a shell.</summary>
    public static bool IsShell(string name) => name is "sh" or "bash" or "dash" or "ash" or "ksh" or "zsh";

    /// <summary>The name of the process that <paramref name="program"/> becomes: without its folder, and what the kernel keeps of it.</summary>
    public static string ProcessName(string program)
    {
        var name = program[(program.LastIndexOf('/') + 1)..];
        return name.Length > ProcessNameBytes ? name[..ProcessNameBytes] : name;
    }

    /// <summary><c>python3.11</c> as <c>python3</c>.</summary>
    public static string WithoutVersion(string name)
    {
        var point = name.IndexOf('.', StringComparison.Ordinal);
        return point > 0 ? name[..point] : name;
    }
}
