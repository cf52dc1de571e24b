using System.Buffers.Binary;
using System.Runtime.InteropServices;
using FalcoStreamer.Alerts;
using FalcoStreamer.Sources.Log;
using Microsoft.Data.Sqlite;

namespace FalcoStreamer.Storage.Sqlite;

/// <summary>What is written to and read from a database: each member is part of the transaction that is open. For one thread at a time.</summary>
internal sealed class StorageDatabase : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly List<Statement> _statements = [];
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _rollback;
    private readonly Statement _pageCount;
    private readonly Statement _freePages;
    private readonly Statement _accept;
    private readonly Statement _judged;
    private readonly Statement _keep;
    private readonly Statement _forgetAlerts;
    private readonly Statement _incident;
    private readonly Statement _forgetIncident;
    private readonly Statement _add;
    private readonly Statement _remove;
    private readonly Statement _known;
    private readonly Statement _forgetKnown;
    private readonly Statement _place;
    private readonly Statement _forgetPlace;
    private readonly Statement _leastSerious;
    private readonly Statement _oldestKept;
    private readonly Statement _knownTotal;
    private readonly long _pageSize;
    private long _knownCount;

    private StorageDatabase(SqliteConnection connection)
    {
        _connection = connection;
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _rollback = Prepare("ROLLBACK");
        _pageCount = Prepare("PRAGMA page_count");
        _freePages = Prepare("PRAGMA freelist_count");
        _pageSize = Prepare("PRAGMA page_size").Single();
        _accept = Prepare("INSERT INTO alerts(number, source, encoding, received, bytes) VALUES(?, ?, ?, ?, ?)");
        _judged = Prepare("DELETE FROM alerts WHERE number = ? AND incident IS NULL");
        _keep = Prepare("UPDATE alerts SET incident = ? WHERE number = ?");
        _forgetAlerts = Prepare("DELETE FROM alerts WHERE incident = ?");
        _incident = Prepare("INSERT OR REPLACE INTO incidents(id, count, last_time, last_seen, sample_counts, has_untold) VALUES(?, ?, ?, ?, ?, ?)");
        _forgetIncident = Prepare("DELETE FROM incidents WHERE id = ?");
        _add = Prepare("INSERT INTO outbox(number, sink, priority, records, oldest, bytes) VALUES(?, ?, ?, ?, ?, ?)");
        _remove = Prepare("DELETE FROM outbox WHERE number = ? RETURNING records");
        _known = Prepare("INSERT INTO known(ids) VALUES(?)");
        _forgetKnown = Prepare("DELETE FROM known WHERE number = (SELECT min(number) FROM known) RETURNING length(ids) / 16");
        _knownTotal = Prepare("SELECT coalesce(sum(length(ids)) / 16, 0) FROM known");
        _knownCount = _knownTotal.Single();
        _place = Prepare("INSERT OR REPLACE INTO places(path, inode, offset, fingerprint) VALUES(?, ?, ?, ?)");
        _forgetPlace = Prepare("DELETE FROM places WHERE path = ? AND inode = ?");
        _leastSerious = Prepare("SELECT number, sink, priority, records, oldest FROM outbox ORDER BY priority DESC, number LIMIT 1");
        _oldestKept = Prepare("DELETE FROM alerts WHERE number = (SELECT min(number) FROM alerts WHERE incident IS NOT NULL) RETURNING 1");
    }

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
            Execute(connection, $"PRAGMA busy_timeout = 250; PRAGMA journal_mode = WAL; PRAGMA synchronous = {(survivesPowerCut ? "FULL" : "OFF")}; PRAGMA cache_size = -2048; PRAGMA wal_autocheckpoint = {walBytes / 4096};");
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

    /// <summary>Takes back what was not committed; SQLite may have done so already.</summary>
    public void Rollback()
    {
        if (SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle!) == 0)
        {
            _rollback.Run();
            _knownCount = _knownTotal.Single();
        }
    }

    /// <summary>Folds the write-ahead log in, so that its room on the disk can be used again.</summary>
    public void Checkpoint() => Execute(_connection, "PRAGMA wal_checkpoint(RESTART)");

    public void Accept(ReceivedAlert alert) => _accept
        .Bind(1, alert.Number)
        .Bind(2, alert.Source)
        .Bind(3, (long)alert.Alert.Encoding)
        .Bind(4, alert.Received.UnixNanoseconds)
        .Bind(5, alert.Alert.Bytes.Span)
        .Run();

    public void SetPlace(LogPlace place)
    {
        if (place.IsGone)
        {
            _forgetPlace.Bind(1, place.Path).Bind(2, (long)place.Inode).Run();
        }
        else
        {
            _place.Bind(1, place.Path).Bind(2, (long)place.Inode).Bind(3, place.Offset).Bind(4, (long)place.Fingerprint).Run();
        }
    }

    public void Keep(KeptAlert kept) => _keep.Bind(1, kept.IncidentId).Bind(2, kept.Number).Run();

    /// <summary>Takes an alert out of the inbox, unless an incident keeps it.</summary>
    public void Judged(long number) => _judged.Bind(1, number).Run();

    public void SetIncident(IncidentState state)
    {
        Span<byte> counts = stackalloc byte[state.SampleCounts.Count * sizeof(long)];
        for (var i = 0; i < state.SampleCounts.Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(counts[(i * sizeof(long))..], state.SampleCounts[i]);
        }

        _incident.Bind(1, state.Id).Bind(2, state.Count).Bind(3, state.LastTime.UnixNanoseconds).Bind(4, state.LastSeen.UnixNanoseconds)
            .Bind(5, counts).Bind(6, state.HasUntold ? 1 : 0).Run();
    }

    public void ForgetIncident(string id)
    {
        _forgetIncident.Bind(1, id).Run();
        _forgetAlerts.Bind(1, id).Run();
    }

    public void Add(OutboxChunk chunk) => _add
        .Bind(1, chunk.Number)
        .Bind(2, chunk.Sink)
        .Bind(3, (long)chunk.Priority)
        .Bind(4, chunk.Records)
        .Bind(5, chunk.Oldest.UnixNanoseconds)
        .Bind(6, chunk.Bytes.Span)
        .Run();

    /// <summary>Takes a chunk out of the outbox; returns how many records it had, 0 where it is not there.</summary>
    public int Remove(long number) => (int)RunForNumber(_remove.Bind(1, number));

    /// <summary>Remembers alerts that were judged, and forgets those that were remembered first.</summary>
    public void AddKnown(ReadOnlySpan<AlertId> ids)
    {
        var bytes = new byte[ids.Length * 16];
        for (var i = 0; i < ids.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * 16), ids[i].High);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan((i * 16) + 8), ids[i].Low);
        }

        _known.Bind(1, bytes).Run();
        for (_knownCount += ids.Length; _knownCount > Recovered.MostKnown; _knownCount -= RunForNumber(_forgetKnown))
        {
        }
    }

    /// <summary>The chunk that goes first where room is short; its bytes are not read.</summary>
    public OutboxChunk? LeastSerious()
    {
        if (!_leastSerious.Read())
        {
            return null;
        }

        var chunk = new OutboxChunk(
            _leastSerious.Text(1), (Priority)_leastSerious.Int(2), (int)_leastSerious.Int(3), new AlertTime(_leastSerious.Int(4)), default, _leastSerious.Int(0));
        _leastSerious.Reset();
        return chunk;
    }

    /// <summary>Forgets the alert that was kept first for an incident; false where none is kept.</summary>
    public bool ForgetOldestKept() => RunForNumber(_oldestKept) > 0;

    /// <summary>All that an agent before this one left.</summary>
    public Recovered Recover()
    {
        var kept = new List<RecoveredAlert>();
        var unjudged = new List<ReceivedAlert>();
        using var alerts = new Statement(_connection, "SELECT number, source, encoding, received, coalesce(incident, ''), bytes FROM alerts ORDER BY number");
        while (alerts.Read())
        {
            var bytes = alerts.Blob(5).ToArray();
            var alert = (AlertEncoding)alerts.Int(2) == AlertEncoding.Json ? FalcoAlert.FromJson(bytes) : FalcoAlert.FromProtobuf(bytes);
            var received = new ReceivedAlert(alert, new AlertTime(alerts.Int(3)), alerts.Text(1), alerts.Int(0));
            if (alerts.Text(4) is { Length: > 0 } incident)
            {
                kept.Add(new RecoveredAlert(received, incident));
            }
            else
            {
                unjudged.Add(received);
            }
        }

        return new Recovered(kept, Incidents(), unjudged, Known());
    }

    public IReadOnlyList<LogPlace> Places()
    {
        var places = new List<LogPlace>();
        using var asked = new Statement(_connection, "SELECT path, inode, offset, fingerprint FROM places");
        while (asked.Read())
        {
            places.Add(new LogPlace(asked.Text(0), (ulong)asked.Int(1), asked.Int(2), (ulong)asked.Int(3)));
        }

        return places;
    }

    /// <summary>How many records wait for each sink, and since when.</summary>
    public IEnumerable<(string Sink, long Records, AlertTime Oldest)> Waiting()
    {
        using var asked = new Statement(_connection, "SELECT sink, sum(records), min(oldest) FROM outbox GROUP BY sink");
        while (asked.Read())
        {
            yield return (asked.Text(0), asked.Int(1), new AlertTime(asked.Int(2)));
        }
    }

    /// <summary>The highest numbers that are taken.</summary>
    public (long Alert, long Chunk) LastNumbers() =>
        (Prepare("SELECT max(number) FROM alerts").Single(), Prepare("SELECT max(number) FROM outbox").Single());

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

        _knownCount = _knownTotal.Single();
    }

    public void Dispose()
    {
        foreach (var statement in _statements)
        {
            statement.Dispose();
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

        check.Reset();
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static long RunForNumber(Statement statement)
    {
        var number = statement.Read() ? statement.Int(0) : 0;
        // A statement that returns rows has done its work only when it has been run to its end.
        while (number != 0 && statement.Read())
        {
        }

        return number;
    }

    private void Copy(string sql, long after)
    {
        using var copying = new Statement(_connection, sql);
        copying.Bind(1, after).Run();
    }

    private List<IncidentState> Incidents()
    {
        var incidents = new List<IncidentState>();
        using var asked = new Statement(_connection, "SELECT id, count, last_time, last_seen, sample_counts, has_untold FROM incidents");
        while (asked.Read())
        {
            var counts = MemoryMarshal.Cast<byte, long>(asked.Blob(4)).ToArray();
            incidents.Add(new IncidentState(
                asked.Text(0), asked.Int(1), new AlertTime(asked.Int(2)), new AlertTime(asked.Int(3)), counts, asked.Int(5) != 0));
        }

        return incidents;
    }

    private List<AlertId> Known()
    {
        var ids = new List<AlertId>();
        using var asked = new Statement(_connection, "SELECT ids FROM known ORDER BY number");
        while (asked.Read())
        {
            for (var bytes = asked.Blob(0); bytes.Length >= 16; bytes = bytes[16..])
            {
                ids.Add(new AlertId(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..])));
            }
        }

        return ids;
    }

    private Statement Prepare(string sql)
    {
        var statement = new Statement(_connection, sql);
        _statements.Add(statement);
        return statement;
    }
}
