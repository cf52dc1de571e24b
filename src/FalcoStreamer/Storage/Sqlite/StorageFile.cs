using System.Globalization;
using Microsoft.Data.Sqlite;

namespace FalcoStreamer.Storage.Sqlite;

/// <summary>
/// One database file that belongs to this process, for as long as it holds the lock beside it. The lock is a file of its own because closing any
/// other handle of a database's file would take SQLite's locks away (POSIX).
/// </summary>
internal sealed class StorageFile : IDisposable
{
    private static readonly string[] Parts = ["", "-wal", "-shm"];

    private readonly FileStream _lock;

    private StorageFile(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    public string Path { get; }

    /// <summary>What the files take on the disk.</summary>
    public long Size => Parts.Sum(part => new FileInfo(Path + part) is { Exists: true } file ? file.Length : 0);

    /// <summary>Takes the file if nobody else has it; null where somebody does.</summary>
    /// <exception cref="IOException">The directory cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be written.</exception>
    public static StorageFile? TryTake(string path)
    {
        FileStream held;
        try
        {
            held = new FileStream(LockOf(path), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(LockOf(path)))
        {
            return null;
        }

        return new StorageFile(path, held);
    }

    /// <summary>Opens the database; a connection is for one thread at a time.</summary>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    public SqliteConnection Open(bool readOnly) => Open(Path, readOnly);

    /// <inheritdoc cref="Open(bool)"/>
    public static SqliteConnection Open(string path, bool readOnly)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = readOnly ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWriteCreate,
            Pooling = false,
            DefaultTimeout = 5,
        }.ToString());
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Moves a damaged database out of the way, for whoever wants to look at it, and forgets those set aside before. Its connections must be closed.</summary>
    /// <returns>Where it is now.</returns>
    public string SetAside(DateTimeOffset now)
    {
        foreach (var old in Directory.EnumerateFiles(System.IO.Path.GetDirectoryName(Path)!, "*.damaged-*"))
        {
            File.Delete(old);
        }

        var suffix = string.Create(CultureInfo.InvariantCulture, $".damaged-{now:yyyyMMdd'T'HHmmss'Z'}");
        foreach (var part in Parts.Where(part => File.Exists(Path + part)))
        {
            File.Move(Path + part, Path + suffix + part, overwrite: true);
        }

        return Path + suffix;
    }

    /// <summary>Deletes the database, whose content is elsewhere. Its connections must be closed.</summary>
    public void Delete()
    {
        foreach (var part in Parts)
        {
            File.Delete(Path + part);
        }

        // While it is still held: whoever opens it now finds no database beside it, and leaves.
        File.Delete(LockOf(Path));
    }

    public void Dispose() => _lock.Dispose();

    private static string LockOf(string path) => path + ".lock";
}
