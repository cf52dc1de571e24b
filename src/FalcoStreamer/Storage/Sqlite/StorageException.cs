using Microsoft.Data.Sqlite;

namespace FalcoStreamer.Storage.Sqlite;

/// <summary>A database that can be opened cannot be used; the message says why.</summary>
/// <param name="isDamage">Whether its content is damaged.</param>
internal sealed class StorageException(string message, bool isDamage) : Exception(message)
{
    /// <summary>Whether an exception says that a database is damaged, so that trying again cannot help.</summary>
    public static bool IsDamage(Exception exception) => exception switch
    {
        StorageException storage => storage._isDamage,
        SqliteException sqlite => sqlite.SqliteErrorCode is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB,
        _ => false,
    };

    private readonly bool _isDamage = isDamage;
}
