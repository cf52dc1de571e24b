namespace FalcoStreamer.Storage.Sqlite;

/// <summary>
/// The directory of <c>storage.path</c>. Each agent has a database of its own in it, so that a new agent may start before the old one has ended; what an
/// agent leaves is adopted by the next.
/// </summary>
internal sealed class StorageDirectory(string path)
{
    private const string Pattern = "alerts-*.db";

    /// <summary>The databases that agents have left, the largest first because its content need not be copied, and at last a new one.</summary>
    /// <exception cref="IOException">The directory cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be written.</exception>
    public IEnumerable<StorageFile> Candidates()
    {
        Directory.CreateDirectory(path);
        foreach (var file in Files().OrderByDescending(file => file.Length))
        {
            if (TakeLeft(file.FullName) is { } left)
            {
                yield return left;
            }
        }

        // No other process comes upon the same name.
        yield return StorageFile.TryTake(Path.Combine(path, $"alerts-{Guid.NewGuid():N}.db"))!;
    }

    /// <summary>The databases whose agents are gone.</summary>
    public IEnumerable<StorageFile> TakeLeft(StorageFile own) =>
        Files().Where(file => file.FullName != own.Path).Select(file => TakeLeft(file.FullName)).OfType<StorageFile>();

    private static StorageFile? TakeLeft(string file)
    {
        var taken = StorageFile.TryTake(file);
        if (taken is not null && !File.Exists(file))
        {
            // Somebody has adopted and deleted it since it was listed.
            taken.Delete();
            taken.Dispose();
            return null;
        }

        return taken;
    }

    /// <summary>The databases of all agents.</summary>
    public IReadOnlyList<FileInfo> Files() => new DirectoryInfo(path).GetFiles(Pattern);
}
