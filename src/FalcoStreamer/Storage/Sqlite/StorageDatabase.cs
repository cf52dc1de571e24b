using Microsoft.Data.Sqlite;

namespace FalcoStreamer.Storage.Sqlite;

/// <summary>An open database: its tables and its transactions. For one thread at a time.</summary>
internal sealed class StorageDatabase : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _rollback;
    private readonly Statement _pageCount;
    private readonly Statement _freePages;
    private readonly long _pageSize;

    private StorageDatabase(SqliteConnection connection)
    {
        _connection = connection;
        _begin = new Statement(connection, "BEGIN IMMEDIATE");
        _commit = new Statement(connection, "COMMIT");
        _rollback = new Statement(connection, "ROLLBACK");
        _pageCount = new Statement(connection, "PRAGMA page_count");
        _freePages = new Statement(connection, "PRAGMA freelist_count");
        using var pageSize = new Statement(connection, "PRAGMA page_size");
        _pageSize = pageSize.Single();
        Alerts = new AlertTable(connection);
        Incidents = new IncidentTable(connection);
        Known = new KnownTable(connection);
        Places = new PlaceTable(connection);
        Outbox = new OutboxTable(connection);
    }

    public AlertTable Alerts { get; }

    public IncidentTable Incidents { get; }

    public KnownTable Known { get; }

    public PlaceTable Places { get; }

    public OutboxTable Outbox { get; }

    /// <summary>The bytes that hold something.</summary>
    public long UsedBytes => (_pageCount.Single() - _freePages.Single()) * _pageSize;

    /// <summary>Opens a database and brings it to this program's schema.</summary>
    /// <param name="walBytes">How large the write-ahead log may become before it is folded in.</param>
    /// <exception cref="SqliteException">It is damaged or cannot be opened.</exception>
    /// <exception cref="StorageException">It is damaged, or a newer program has written it.</exception>
    public static StorageDatabase Open(StorageFile file, bool survivesPowerCut, long walBytes)
    {
        var connection = file.Open(readOnly: false);
        try
        {
            // Without the wait for the disk a commit outlives the process, because the kernel has it, but not the node.
            var sync = survivesPowerCut ? "FULL" : "OFF";
            Execute(
                connection,
                $"PRAGMA busy_timeout = 250; PRAGMA journal_mode = WAL; PRAGMA synchronous = {sync}; PRAGMA cache_size = -2048; PRAGMA wal_autocheckpoint = {walBytes / 4096};");
            Check(connection);
            Schema.Migrate(connection);
            return new StorageDatabase(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void Begin() => _begin.Run();

    public void Commit() => _commit.Run();

    /// <summary>Takes back what was not committed, if there is something: SQLite may have done so already.</summary>
    public void Rollback()
    {
        if (SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle!) == 0)
        {
            _rollback.Run();
            Known.CountAnew();
        }
    }

    /// <summary>Folds the write-ahead log in, so that its room on the disk can be used again.</summary>
    public void Checkpoint() => Execute(_connection, "PRAGMA wal_checkpoint(RESTART)");

    /// <summary>All that an agent before this one left.</summary>
    public Recovered Recover()
    {
        var isKept = AlertTable.All(_connection).ToLookup(alert => alert.IncidentId.Length > 0);
        return new Recovered([.. isKept[true]], Incidents.All(), [.. isKept[false].Select(alert => alert.Alert)], Known.All());
    }

    /// <summary>Copies all that another database holds, in a transaction of its own, with numbers behind those that are taken here.</summary>
    public void CopyFrom(string other, long afterAlert, long afterChunk)
    {
        using (var attach = new Statement(_connection, "ATTACH ? AS other"))
        {
            attach.Bind(1, other).Run();
        }

        try
        {
            Begin();
            Copy("INSERT INTO alerts SELECT number + ?, source, encoding, received, incident, bytes FROM other.alerts", afterAlert);
            Copy("INSERT INTO outbox SELECT number + ?, sink, priority, records, oldest, bytes FROM other.outbox ORDER BY number", afterChunk);
            Execute(
                _connection,
                """
                INSERT OR IGNORE INTO incidents SELECT * FROM other.incidents;
                INSERT INTO known(ids) SELECT ids FROM other.known ORDER BY number;
                INSERT OR IGNORE INTO places SELECT * FROM other.places;
                """);
            Commit();
        }
        finally
        {
            Rollback();
            Execute(_connection, "DETACH other");
        }

        Known.CountAnew();
    }

    public void Dispose()
    {
        IDisposable[] parts = [_begin, _commit, _rollback, _pageCount, _freePages, Alerts, Incidents, Known, Places, Outbox];
        foreach (var part in parts)
        {
            part.Dispose();
        }

        _connection.Dispose();
    }

    private static void Check(SqliteConnection connection)
    {
        using var check = new Statement(connection, "PRAGMA quick_check(1)");
        if (check.Read() && check.Text(0) is var answer and not "ok")
        {
            throw new StorageException($"it is damaged: {answer}", isDamage: true);
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private void Copy(string sql, long after)
    {
        using var copying = new Statement(_connection, sql);
        copying.Bind(1, after).Run();
    }
}
