using Microsoft.Win32.SafeHandles;

namespace FalcoStreamer.Sources.Log;

/// <summary>A file of a log as a look finds it.</summary>
internal readonly record struct LogEntry(string Path, FileFacts Facts);

/// <summary>Where a log and its rotated files lie.</summary>
internal sealed class LogDirectory(string log, LogFindings findings)
{
    private readonly string _directory = Path.GetDirectoryName(log)!;
    private readonly string _name = Path.GetFileName(log);

    /// <summary>The log's files, oldest first; false when nobody can say.</summary>
    public bool List(out List<LogEntry> entries)
    {
        entries = [];
        var found = entries;
        try
        {
            foreach (var file in Directory.EnumerateFileSystemEntries(_directory))
            {
                var name = Path.GetFileName(file);
                if ((name == _name || LogNames.IsRotated(_name, name))
                    && FileFacts.Of(file) is { IsFile: true } facts
                    && !found.Exists(entry => entry.Facts.Inode == facts.Inode))
                {
                    found.Add(new LogEntry(file, facts));
                }
            }
        }
        catch (DirectoryNotFoundException)
        {
            // The pod is gone, or has not come yet.
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            findings.Failed(_directory, exception);
            return false;
        }

        found.Sort((left, right) => LogNames.CompareAge(_name, Path.GetFileName(left.Path), Path.GetFileName(right.Path)));
        return true;
    }

    /// <summary>The names of all files beside the log.</summary>
    public IReadOnlyList<string> Names()
    {
        try
        {
            return [.. Directory.EnumerateFiles(_directory).Select(file => Path.GetFileName(file))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            findings.Failed(_directory, exception);
            return [];
        }
    }

    /// <summary>Opens a file; null when it is another one by now, or cannot be read.</summary>
    public (ILogContent Content, FileBeginning Beginning)? TryOpen(LogEntry entry)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(entry.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (FileFacts.Of(handle).Inode == entry.Facts.Inode)
            {
                ILogContent content = LogNames.IsCompressed(entry.Path) ? new GzipContent(handle) : new PlainContent(handle);
                return (content, content.ReadBeginning());
            }
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            // Renamed since it was listed; the next look shows where it is.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            findings.Failed(entry.Path, exception);
        }

        handle?.Dispose();
        return null;
    }
}
