using System.Buffers.Binary;
using FalcoStreamer.Alerts;
using Microsoft.Data.Sqlite;

namespace FalcoStreamer.Storage.Sqlite;

/// <summary>The IDs of the alerts that were judged last, a row for those of one turn: one that comes again after a restart is a repeat.</summary>
internal sealed class KnownTable : Table
{
    private const int IdSize = 16;

    private readonly Statement _add;
    private readonly Statement _forgetOldest;
    private readonly Statement _total;
    private long _count;

    public KnownTable(SqliteConnection connection) : base(connection)
    {
        _add = Prepare("INSERT INTO known(ids) VALUES(?)");
        _forgetOldest = Prepare("DELETE FROM known WHERE number = (SELECT min(number) FROM known) RETURNING length(ids) / 16");
        _total = Prepare("SELECT coalesce(sum(length(ids)) / 16, 0) FROM known");
        CountAnew();
    }

    /// <summary>Remembers alerts that were judged, and forgets those that were remembered first.</summary>
    public void Add(ReadOnlySpan<AlertId> ids)
    {
        var bytes = new byte[ids.Length * IdSize];
        for (var i = 0; i < ids.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * IdSize), ids[i].High);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan((i * IdSize) + sizeof(ulong)), ids[i].Low);
        }

        _add.Bind(1, bytes).Run();
        for (_count += ids.Length; _count > Recovered.MostKnown; _count -= _forgetOldest.Single())
        {
        }
    }

    /// <summary>Others have changed the table, or a transaction was taken back.</summary>
    public void CountAnew() => _count = _total.Single();

    /// <summary>All of them, the oldest first.</summary>
    public IReadOnlyList<AlertId> All()
    {
        var ids = new List<AlertId>((int)_count);
        using var all = new Statement(Connection, "SELECT ids FROM known ORDER BY number");
        while (all.Read())
        {
            for (var bytes = all.Blob(0); bytes.Length >= IdSize; bytes = bytes[IdSize..])
            {
                ids.Add(new AlertId(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[sizeof(ulong)..])));
            }
        }

        return ids;
    }
}
