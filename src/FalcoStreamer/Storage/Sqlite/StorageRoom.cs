namespace FalcoStreamer.Storage.Sqlite;

/// <summary>Keeps a database within its room: what is least serious goes first, of that the oldest, and last what only a restart would need.</summary>
internal sealed class StorageRoom(long maxBytes)
{
    // Pages are not filled to their last byte, and indexes take some.
    private const double Overhead = 1.15;

    // What one transaction takes away at most, so that it stays short.
    private const int MostAtOnce = 4_096;

    /// <summary>How much the write-ahead log may take of it.</summary>
    public long WalBytes { get; } = Math.Min(4 * 1024 * 1024, maxBytes / 16);

    /// <summary>What the database itself may take: the log may grow to several times its size while somebody reads.</summary>
    public long DatabaseBytes => maxBytes - (4 * WalBytes);

    /// <summary>Makes room for <paramref name="bytes"/>, as part of the transaction that is open.</summary>
    /// <returns>The chunks that had to go.</returns>
    public IReadOnlyList<OutboxChunk> Make(StorageDatabase database, long bytes)
    {
        var gone = new List<OutboxChunk>();
        var used = database.UsedBytes;
        for (var tries = 0; used + (bytes * Overhead) > DatabaseBytes && tries < MostAtOnce; tries++)
        {
            if (database.Outbox.LeastSerious() is { } chunk)
            {
                database.Outbox.Remove(chunk.Number);
                gone.Add(chunk);
            }
            else if (!database.Alerts.ForgetOldest())
            {
                break;
            }

            used = database.UsedBytes;
        }

        return gone;
    }
}
