using System.Threading.Channels;
using FalcoStreamer.Telemetry;
using Microsoft.Data.Sqlite;

namespace FalcoStreamer.Storage.Sqlite;

/// <summary>
/// The one writer of a database: whatever is waiting goes into one transaction, so that a commit costs little however many ask for one.
/// </summary>
/// <remarks>
/// A disk that cannot take a transaction is tried again a moment later; until then what is asked for is refused at once, and those who asked go on without
/// the disk. A database that turns out to be damaged is set aside and a new one begun.
/// </remarks>
internal sealed class StorageWriter : IAsyncDisposable
{
    private const int MostWorks = 512;
    private const long MostBytes = 4 * 1024 * 1024;
    private const int MostOwed = 4_096;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly StorageFile _file;
    private readonly StorageRoom _room;
    private readonly bool _survivesPowerCut;
    private readonly TimeProvider _clock;
    private readonly AgentTelemetry _telemetry;
    private readonly Action<IReadOnlyList<OutboxChunk>> _gone;
    private readonly Action _damaged;
    private readonly Channel<StorageWork> _asked = Channel.CreateBounded<StorageWork>(
        new BoundedChannelOptions(MostWorks) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    private readonly List<StorageWork> _batch = [];

    // What could not be taken out of the database yet.
    private readonly List<StorageWork> _owed = [];
    private readonly Task _running;
    private StorageDatabase _database;
    private long? _failedAt;
    private double _fill;

    /// <param name="gone">Told what had to make room, once it is gone.</param>
    /// <param name="damaged">Told that a new database has been begun.</param>
    public StorageWriter(
        StorageFile file,
        StorageDatabase database,
        StorageRoom room,
        bool survivesPowerCut,
        TimeProvider clock,
        AgentTelemetry telemetry,
        Action<IReadOnlyList<OutboxChunk>> gone,
        Action damaged)
    {
        _file = file;
        _database = database;
        _room = room;
        _survivesPowerCut = survivesPowerCut;
        _clock = clock;
        _telemetry = telemetry;
        _gone = gone;
        _damaged = damaged;
        _running = Task.Run(RunAsync);
    }

    /// <summary>The part of the database's room that is taken; for any thread.</summary>
    public double Fill => Interlocked.CompareExchange(ref _fill, 0, 0);

    /// <summary>Makes <paramref name="work"/> part of the next transaction; true once that is committed, false where the disk could not take it.</summary>
    public async ValueTask<bool> DoAsync(StorageWork work)
    {
        await _asked.Writer.WriteAsync(work);
        return await work.Finished;
    }

    /// <summary>Commits what was asked for and closes the database.</summary>
    public async ValueTask DisposeAsync()
    {
        _asked.Writer.TryComplete();
        await _running;
        _database.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (await _asked.Reader.WaitToReadAsync())
            {
                var alone = Gather(out var bytes);
                Finish(TryCommit(bytes));
                if (alone is not null)
                {
                    alone.Finish(TryAlone(alone));
                }
            }
        }
        catch (Exception exception)
        {
            // A mistake of ours. Nobody may wait for ever; whoever asks next is told, and the agent ends.
            _asked.Writer.TryComplete(exception);
            Finish(isCommitted: false);
            while (_asked.Reader.TryRead(out var work))
            {
                work.Finish(isCommitted: false);
            }

            throw;
        }
    }

    /// <summary>Takes what is waiting for one transaction; returns what must have one of its own behind it.</summary>
    private StorageWork? Gather(out long bytes)
    {
        bytes = 0;
        while (_batch.Count < MostWorks && bytes < MostBytes && _asked.Reader.TryRead(out var work))
        {
            if (work.StandsAlone)
            {
                return work;
            }

            _batch.Add(work);
            bytes += work.Bytes;
        }

        return null;
    }

    private bool TryAlone(StorageWork work)
    {
        try
        {
            work.Do(_database);
            return true;
        }
        catch (SqliteException exception)
        {
            Fails(exception.Message);
            return false;
        }
    }

    private void Finish(bool isCommitted)
    {
        foreach (var work in _batch)
        {
            if (!isCommitted && work.CanWait && _owed.Count < MostOwed)
            {
                _owed.Add(work);
            }

            work.Finish(isCommitted);
        }

        _batch.Clear();
    }

    private bool TryCommit(long bytes)
    {
        if (_batch.Count == 0)
        {
            return true;
        }

        if (_failedAt is { } failedAt && _clock.GetElapsedTime(failedAt) < Pause)
        {
            return false;
        }

        var needed = bytes;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                Commit(needed);
                Works();
                return true;
            }
            catch (SqliteException exception) when (attempt == 0 && IsFull(exception) && TryCheckpoint())
            {
                // The disk is smaller than it was thought to be: some of what is ours makes room.
                needed = _room.DatabaseBytes - _database.UsedBytes + bytes + (1024 * 1024);
            }
            catch (SqliteException exception) when (attempt == 0 && StorageException.IsDamage(exception))
            {
                if (!TryBeginAnew(exception.Message))
                {
                    return false;
                }
            }
            catch (SqliteException exception)
            {
                TakeBack();
                Fails(exception.Message);
                return false;
            }
        }
    }

    private void Commit(long bytes)
    {
        _database.Begin();
        var gone = _room.Make(_database, bytes);
        foreach (var work in _owed)
        {
            work.Do(_database);
        }

        foreach (var work in _batch)
        {
            work.Do(_database);
        }

        _database.Commit();
        _owed.Clear();
        Interlocked.Exchange(ref _fill, (double)_database.UsedBytes / _room.DatabaseBytes);
        if (gone.Count > 0)
        {
            _gone(gone);
        }
    }

    private bool TryCheckpoint()
    {
        try
        {
            _database.Rollback();
            _database.Checkpoint();
            return true;
        }
        catch (SqliteException)
        {
            // The commit is tried once more all the same, and says why it cannot be.
            return true;
        }
    }

    private void TakeBack()
    {
        try
        {
            _database.Rollback();
        }
        catch (SqliteException)
        {
            // The transaction ended by itself with the error that is being told.
        }
    }

    private bool TryBeginAnew(string reason)
    {
        try
        {
            _database.Dispose();
            _telemetry.StorageDamaged(_file.Path, reason, _file.SetAside(_clock.GetUtcNow()));
            _database = StorageDatabase.Open(_file, _survivesPowerCut, _room.WalBytes);
            _owed.Clear();
            _damaged();
            return true;
        }
        catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException)
        {
            Fails(exception.Message);
            return false;
        }
    }

    private void Fails(string reason)
    {
        if (_failedAt is null)
        {
            _telemetry.StorageFails(_file.Path, reason);
        }

        _failedAt = _clock.GetTimestamp();
    }

    private void Works()
    {
        if (_failedAt is not null)
        {
            _failedAt = null;
            _telemetry.StorageWorksAgain(_file.Path);
        }
    }

    private static bool IsFull(SqliteException exception) => exception.SqliteErrorCode == SQLitePCL.raw.SQLITE_FULL;
}
