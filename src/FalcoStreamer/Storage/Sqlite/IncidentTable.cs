using System.Buffers.Binary;
using FalcoStreamer.Alerts;
using Microsoft.Data.Sqlite;

namespace FalcoStreamer.Storage.Sqlite;

/// <summary>How far the incidents have come whose end has not been told everywhere.</summary>
internal sealed class IncidentTable : Table
{
    private readonly Statement _set;
    private readonly Statement _forget;

    public IncidentTable(SqliteConnection connection) : base(connection)
    {
        _set = Prepare("INSERT OR REPLACE INTO incidents(id, count, last_time, last_seen, sample_counts, has_untold) VALUES(?, ?, ?, ?, ?, ?)");
        _forget = Prepare("DELETE FROM incidents WHERE id = ?");
    }

    public void Set(IncidentState state)
    {
        var counts = new byte[state.SampleCounts.Count * sizeof(long)];
        for (var i = 0; i < state.SampleCounts.Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(counts.AsSpan(i * sizeof(long)), state.SampleCounts[i]);
        }

        _set.Bind(1, state.Id).Bind(2, state.Count).Bind(3, state.LastTime.UnixNanoseconds).Bind(4, state.LastSeen.UnixNanoseconds)
            .Bind(5, counts).Bind(6, state.HasUntold ? 1 : 0).Run();
    }

    public void Forget(string id) => _forget.Bind(1, id).Run();

    public IReadOnlyList<IncidentState> All()
    {
        var incidents = new List<IncidentState>();
        using var all = new Statement(Connection, "SELECT id, count, last_time, last_seen, sample_counts, has_untold FROM incidents");
        while (all.Read())
        {
            var counts = new List<long>();
            for (var bytes = all.Blob(4); bytes.Length >= sizeof(long); bytes = bytes[sizeof(long)..])
            {
                counts.Add(BinaryPrimitives.ReadInt64LittleEndian(bytes));
            }

            incidents.Add(new IncidentState(all.Text(0), all.Int(1), new AlertTime(all.Int(2)), new AlertTime(all.Int(3)), counts, all.Int(5) != 0));
        }

        return incidents;
    }
}
