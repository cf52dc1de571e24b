using FalcoStreamer.Sources.Log;
using FalcoStreamer.Telemetry;
using Microsoft.Data.Sqlite;

namespace FalcoStreamer.Storage.Sqlite;

/// <summary>
/// The places in Falco's logs, of all databases in the directory: an agent that ends lets go of the log while it still sends what waits, so its place is
/// read out of its database, not waited for.
/// </summary>
internal sealed class SqliteLogPlaces(StorageDirectory directory, AgentTelemetry telemetry) : ILogPlaces
{
    public Task<IReadOnlyList<LogPlace>> LoadAsync(CancellationToken cancellation)
    {
        var furthest = new Dictionary<(string, ulong), LogPlace>();
        foreach (var place in directory.Files().SelectMany(file => PlacesIn(file.FullName)))
        {
            if (!furthest.TryGetValue((place.Path, place.Inode), out var known) || place.Offset > known.Offset)
            {
                furthest[(place.Path, place.Inode)] = place;
            }
        }

        return Task.FromResult<IReadOnlyList<LogPlace>>([.. furthest.Values]);
    }

    private IReadOnlyList<LogPlace> PlacesIn(string file)
    {
        try
        {
            using var connection = StorageFile.Open(file, readOnly: true);
            return PlaceTable.All(connection);
        }
        catch (SqliteException exception)
        {
            // What it holds will be read again from the log, and is known by its IDs if it was judged.
            telemetry.StorageNotRead(file, exception.Message);
            return [];
        }
    }
}
