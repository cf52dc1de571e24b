namespace FalcoStreamer.Correlation;

/// <summary>Programs that do nothing but start another one: <c>env</c>, <c>tini --</c> and their like.</summary>
internal static class SpecWrapper
{
    /// <summary>They become the program they start, so its parent is theirs.</summary>
    private static readonly HashSet<string> Replacing = new(["env", "exec", "nohup", "nice", "setsid", "gosu", "su-exec"], StringComparer.Ordinal);

    /// <summary>They stay and are the parent of the program they start.</summary>
    private static readonly HashSet<string> Staying = new(["tini", "dumb-init", "docker-init", "catatonit", "timeout"], StringComparer.Ordinal);

    /// <summary>
    /// What <paramref name="words"/> start. Options that take a value of their own are not understood; then there is nothing to tell.
    /// </summary>
    public static bool TryUnwrap(string[] words, string name, out string[] inner, out bool stays)
    {
        stays = Staying.Contains(name);
        inner = [];
        if (!stays && !Replacing.Contains(name))
        {
            return false;
        }

        var next = 1;
        while (next < words.Length && words[next].StartsWith('-'))
        {
            if (words[next++] == "--")
            {
                break;
            }
        }

        // gosu and su-exec name a user first, timeout a duration.
        next += name is "gosu" or "su-exec" or "timeout" ? 1 : 0;
        while (name == "env" && next < words.Length && words[next].Contains('=', StringComparison.Ordinal))
        {
            next++;
        }

        if (next >= words.Length || words[next].Length == 0)
        {
            return false;
        }

        inner = words[next..];
        return true;
    }
}
