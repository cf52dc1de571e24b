using Microsoft.Data.Sqlite;

namespace FalcoStreamer.Storage.Sqlite;

/// <summary>Looks into the databases of a directory without taking them, also while agents write to them: each is read as it was when it was opened.</summary>
internal sealed class StorageReader(string path)
{
    /// <summary>The databases.</summary>
    /// <exception cref="IOException">There is no such directory.</exception>
    public IReadOnlyList<string> Files() => [.. new StorageDirectory(path).Files().Select(file => file.FullName).Order(StringComparer.Ordinal)];

    /// <summary>The databases that were set aside because they are damaged.</summary>
    public IReadOnlyList<string> Damaged() =>
        [.. Directory.GetFiles(path, "*.damaged-*").Where(file => !file.EndsWith("-wal", StringComparison.Ordinal) && !file.EndsWith("-shm", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>The alerts that were accepted; those that an incident keeps have its ID.</summary>
    /// <exception cref="SqliteException">It cannot be read.</exception>
    public static IEnumerable<RecoveredAlert> Alerts(string file)
    {
        using var connection = StorageFile.Open(file, readOnly: true);
        foreach (var alert in AlertTable.All(connection))
        {
            yield return alert;
        }
    }

    /// <summary>What waits for the sinks.</summary>
    /// <exception cref="SqliteException">It cannot be read.</exception>
    public static IEnumerable<OutboxChunk> Chunks(string file)
    {
        using var connection = StorageFile.Open(file, readOnly: true);
        foreach (var chunk in OutboxTable.All(connection))
        {
            yield return chunk;
        }
    }
}
