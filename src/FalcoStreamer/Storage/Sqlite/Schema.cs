using System.Globalization;
using Microsoft.Data.Sqlite;

namespace FalcoStreamer.Storage.Sqlite;

/// <summary>The tables, and how one version of them becomes the next.</summary>
internal static class Schema
{
    /// <summary>Each brings the tables from the version of its index to the next; what has been released is never changed.</summary>
    private static readonly string[] Migrations =
    [
        """
        CREATE TABLE alerts(
            number INTEGER PRIMARY KEY, source TEXT NOT NULL, encoding INTEGER NOT NULL, received INTEGER NOT NULL,
            incident TEXT, bytes BLOB NOT NULL);
        CREATE INDEX alerts_of_incident ON alerts(incident) WHERE incident IS NOT NULL;
        CREATE TABLE incidents(
            id TEXT PRIMARY KEY, count INTEGER NOT NULL, last_time INTEGER NOT NULL, last_seen INTEGER NOT NULL,
            sample_counts BLOB NOT NULL, has_untold INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE outbox(
            number INTEGER PRIMARY KEY, sink TEXT NOT NULL, priority INTEGER NOT NULL, records INTEGER NOT NULL, oldest INTEGER NOT NULL,
            bytes BLOB NOT NULL);
        CREATE INDEX outbox_of_sink ON outbox(sink, number);
        CREATE INDEX outbox_by_priority ON outbox(priority DESC, number);
        CREATE TABLE known(number INTEGER PRIMARY KEY, ids BLOB NOT NULL);
        CREATE TABLE places(
            path TEXT NOT NULL, inode INTEGER NOT NULL, offset INTEGER NOT NULL, fingerprint INTEGER NOT NULL,
            PRIMARY KEY(path, inode)) WITHOUT ROWID;
        """,
    ];

    /// <summary>The version that this program writes.</summary>
    public static int Version => Migrations.Length;

    /// <summary>Brings a database to <see cref="Version"/>.</summary>
    /// <exception cref="StorageException">A newer program has written it.</exception>
    /// <exception cref="SqliteException">The database cannot be used.</exception>
    public static void Migrate(SqliteConnection connection)
    {
        using var asked = new Statement(connection, "PRAGMA user_version");
        var version = (int)asked.Single();
        if (version > Version)
        {
            throw new StorageException($"it was written by a newer FalcoStreamer (schema {version}, this one knows {Version})", isDamage: false);
        }

        for (; version < Version; version++)
        {
            using var migration = connection.CreateCommand();
            migration.CommandText = string.Create(
                CultureInfo.InvariantCulture, $"BEGIN IMMEDIATE; {Migrations[version]} PRAGMA user_version = {version + 1}; COMMIT;");
            migration.ExecuteNonQuery();
        }
    }
}
