using System.IO.Enumeration;

namespace FalcoStreamer.Sources.Log;

/// <summary>Finds what the patterns of the configuration stand for now.</summary>
/// <param name="patterns">Whole paths with <c>*</c> and <c>?</c> in their names.</param>
internal sealed class LogPaths(IEnumerable<string> patterns)
{
    private const int NoDirectory = 20;

    private static readonly EnumerationOptions Exact = new()
    {
        MatchCasing = MatchCasing.CaseSensitive,
        MatchType = MatchType.Simple,
        AttributesToSkip = 0,
        IgnoreInaccessible = false,
    };

    private readonly string[][] _patterns = [.. patterns.Select(pattern => pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))];

    /// <summary>
    /// The logs, without their rotated files. A path without a pattern in its last name is given also when it does not exist. Symbolic links to
    /// a file are followed, because its rotated files lie beside the file and not beside the link.
    /// </summary>
    /// <param name="failed">Told of what could not be looked at.</param>
    public IReadOnlyList<string> Find(Action<string, Exception> failed)
    {
        var found = _patterns.SelectMany(pattern => Expand(pattern, failed)).Select(path => Follow(path, failed)).Distinct().ToList();
        return [.. found.Where(path => !found.Any(log => IsRotatedFileOf(log, path)))];
    }

    /// <summary>Whether a pattern stands for the path as it is written, so that it would be found if it were there.</summary>
    public bool Covers(string path)
    {
        var names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return _patterns.Any(pattern => pattern.Length == names.Length
            && pattern.Zip(names).All(pair => FileSystemName.MatchesSimpleExpression(pair.First, pair.Second, ignoreCase: false)));
    }

    private static IEnumerable<string> Expand(string[] pattern, Action<string, Exception> failed)
    {
        IEnumerable<string> paths = ["/"];
        foreach (var name in pattern)
        {
            paths = name.AsSpan().ContainsAny('*', '?')
                ? paths.SelectMany(directory => Entries(directory, name, failed)).Where(path => !LogNames.IsCompressed(path)).ToList()
                : paths.Select(directory => Path.Combine(directory, name)).ToList();
        }

        return paths;
    }

    private static List<string> Entries(string directory, string name, Action<string, Exception> failed)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(directory, name, Exact)];
        }
        catch (DirectoryNotFoundException)
        {
            // It does not exist yet, or not any more.
        }
        catch (IOException exception) when (exception.HResult == NoDirectory)
        {
            // A file where others are directories.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            failed(directory, exception);
        }

        return [];
    }

    private static string Follow(string path, Action<string, Exception> failed)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return path;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            failed(path, exception);
            return path;
        }
    }

    private static bool IsRotatedFileOf(string log, string path) =>
        path.Length > log.Length && LogNames.IsRotated(Path.GetFileName(log), Path.GetFileName(path)) && Path.GetDirectoryName(log) == Path.GetDirectoryName(path);
}
