using FalcoStreamer.Sources.Log;
using Microsoft.Data.Sqlite;

namespace FalcoStreamer.Storage.Sqlite;

/// <summary>How far Falco's logs have been read.</summary>
internal sealed class PlaceTable : Table
{
    private readonly Statement _set;
    private readonly Statement _forget;

    public PlaceTable(SqliteConnection connection) : base(connection)
    {
        _set = Prepare("INSERT OR REPLACE INTO places(path, inode, offset, fingerprint) VALUES(?, ?, ?, ?)");
        _forget = Prepare("DELETE FROM places WHERE path = ? AND inode = ?");
    }

    public void Set(LogPlace place)
    {
        if (place.IsGone)
        {
            _forget.Bind(1, place.Path).Bind(2, (long)place.Inode).Run();
        }
        else
        {
            _set.Bind(1, place.Path).Bind(2, (long)place.Inode).Bind(3, place.Offset).Bind(4, (long)place.Fingerprint).Run();
        }
    }

    public IReadOnlyList<LogPlace> All()
    {
        var places = new List<LogPlace>();
        using var all = new Statement(Connection, "SELECT path, inode, offset, fingerprint FROM places");
        while (all.Read())
        {
            places.Add(new LogPlace(all.Text(0), (ulong)all.Int(1), all.Int(2), (ulong)all.Int(3)));
        }

        return places;
    }
}
