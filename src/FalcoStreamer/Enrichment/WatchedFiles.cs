namespace FalcoStreamer.Enrichment;

/// <summary>
/// Tells whether files have changed. Kubernetes replaces mounted files by turning a symbolic link to a new folder, which leaves every
/// time as it was, so the place a link leads to counts too.
/// </summary>
internal sealed class WatchedFiles
{
    private readonly (string Path, string State)[] _files;

    public WatchedFiles(IEnumerable<string> paths)
    {
        _files = [.. paths.Select(path => (path, StateOf(path)))];
    }

    /// <summary>Whether one of them is not as it was when this was made.</summary>
    public bool HaveChanged() => _files.Any(file => StateOf(file.Path) != file.State);

    private static string StateOf(string path)
    {
        var real = RealPath(path);
        var file = new FileInfo(real);
        return file.Exists ? $"{real}|{file.LastWriteTimeUtc.Ticks}|{file.Length}" : "absent";
    }

    /// <summary>The path without symbolic links in the file or its folder: <c>ca.crt → ..data/ca.crt</c>, <c>..data → ..2025_01_01</c>.</summary>
    private static string RealPath(string path)
    {
        var target = new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(target) ?? "/";
        var realFolder = new DirectoryInfo(folder).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder;
        return Path.Combine(realFolder, Path.GetFileName(target));
    }
}
