using FalcoStreamer.Alerts;
using Microsoft.Data.Sqlite;

namespace FalcoStreamer.Storage.Sqlite;

/// <summary>The inbox: alerts that are not judged yet, and those that an open incident keeps.</summary>
internal sealed class AlertTable : Table
{
    private readonly Statement _add;
    private readonly Statement _remove;
    private readonly Statement _keep;
    private readonly Statement _forget;
    private readonly Statement _forgetOldest;

    public AlertTable(SqliteConnection connection) : base(connection)
    {
        _add = Prepare("INSERT INTO alerts(number, source, encoding, received, bytes) VALUES(?, ?, ?, ?, ?)");
        _remove = Prepare("DELETE FROM alerts WHERE number = ? AND incident IS NULL");
        _keep = Prepare("UPDATE alerts SET incident = ? WHERE number = ?");
        _forget = Prepare("DELETE FROM alerts WHERE incident = ?");
        _forgetOldest = Prepare("DELETE FROM alerts WHERE number = (SELECT min(number) FROM alerts WHERE incident IS NOT NULL) RETURNING 1");
    }

    /// <summary>The highest number that is taken.</summary>
    public long LastNumber() => Prepare("SELECT max(number) FROM alerts").Single();

    public void Add(ReceivedAlert alert) => _add
        .Bind(1, alert.Number)
        .Bind(2, alert.Source)
        .Bind(3, (long)alert.Alert.Encoding)
        .Bind(4, alert.Received.UnixNanoseconds)
        .Bind(5, alert.Alert.Bytes.Span)
        .Run();

    /// <summary>Takes an alert out, unless an incident keeps it.</summary>
    public void Remove(long number) => _remove.Bind(1, number).Run();

    public void Keep(KeptAlert kept) => _keep.Bind(1, kept.IncidentId).Bind(2, kept.Number).Run();

    /// <summary>Takes out what an incident keeps.</summary>
    public void Forget(string incidentId) => _forget.Bind(1, incidentId).Run();

    /// <summary>Takes out the alert that is kept longest; false where none is kept.</summary>
    public bool ForgetOldest() => _forgetOldest.Single() > 0;

    /// <summary>All of them, in the order in which they came; an alert that no incident keeps has the empty ID.</summary>
    public static IEnumerable<RecoveredAlert> All(SqliteConnection connection)
    {
        using var all = new Statement(connection, "SELECT number, source, encoding, received, coalesce(incident, ''), bytes FROM alerts ORDER BY number");
        while (all.Read())
        {
            var bytes = all.Blob(5).ToArray();
            var alert = (AlertEncoding)all.Int(2) == AlertEncoding.Json ? FalcoAlert.FromJson(bytes) : FalcoAlert.FromProtobuf(bytes);
            yield return new RecoveredAlert(new ReceivedAlert(alert, new AlertTime(all.Int(3)), all.Text(1), all.Int(0)), all.Text(4));
        }
    }
}
