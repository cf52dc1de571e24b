using FalcoStreamer.Alerts;
using Microsoft.Data.Sqlite;

namespace FalcoStreamer.Storage.Sqlite;

/// <summary>The outbox: what waits for the sinks.</summary>
internal sealed class OutboxTable : Table
{
    private readonly Statement _add;
    private readonly Statement _remove;
    private readonly Statement _leastSerious;

    public OutboxTable(SqliteConnection connection) : base(connection)
    {
        _add = Prepare("INSERT INTO outbox(number, sink, priority, records, oldest, bytes) VALUES(?, ?, ?, ?, ?, ?)");
        _remove = Prepare("DELETE FROM outbox WHERE number = ? RETURNING records");
        _leastSerious = Prepare("SELECT number, sink, priority, records, oldest FROM outbox ORDER BY priority DESC, number LIMIT 1");
    }

    /// <summary>The highest number that is taken.</summary>
    public long LastNumber() => Prepare("SELECT max(number) FROM outbox").Single();

    public void Add(OutboxChunk chunk) => _add
        .Bind(1, chunk.Number)
        .Bind(2, chunk.Sink)
        .Bind(3, (long)chunk.Priority)
        .Bind(4, chunk.Records)
        .Bind(5, chunk.Oldest.UnixNanoseconds)
        .Bind(6, chunk.Bytes.Span)
        .Run();

    /// <summary>Takes a chunk out; returns how many records it had, 0 where it is not there.</summary>
    public int Remove(long number) => (int)_remove.Bind(1, number).Single();

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

    /// <summary>All of them, in the order in which they were added.</summary>
    public static IEnumerable<OutboxChunk> All(SqliteConnection connection)
    {
        using var all = new Statement(connection, "SELECT number, sink, priority, records, oldest, bytes FROM outbox ORDER BY number");
        while (all.Read())
        {
            yield return new OutboxChunk(
                all.Text(1), (Priority)all.Int(2), (int)all.Int(3), new AlertTime(all.Int(4)), all.Blob(5).ToArray(), all.Int(0));
        }
    }

    /// <summary>How many records wait for each sink, and since when.</summary>
    public IReadOnlyList<(string Sink, long Records, AlertTime Oldest)> Waiting()
    {
        var waiting = new List<(string Sink, long Records, AlertTime Oldest)>();
        using var asked = new Statement(Connection, "SELECT sink, sum(records), min(oldest) FROM outbox GROUP BY sink");
        while (asked.Read())
        {
            waiting.Add((asked.Text(0), asked.Int(1), new AlertTime(asked.Int(2))));
        }

        return waiting;
    }
}
