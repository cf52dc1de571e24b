using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using FalcoStreamer.Alerts;
using FalcoStreamer.Sources;
using FalcoStreamer.Sources.Log;
using FalcoStreamer.Telemetry;
using Microsoft.Data.Sqlite;

namespace FalcoStreamer.Storage.Sqlite;

/// <summary>Inbox and outbox in one SQLite database of this process (README, "Decisions").</summary>
internal sealed class SqliteStorage : IStorage
{
    /// <summary>How often the directory is looked through for what other agents have left.</summary>
    private static readonly TimeSpan AdoptionPause = TimeSpan.FromSeconds(5);

    private readonly StorageDirectory _directory;
    private readonly StorageFile _file;
    private readonly StorageRoom _room;
    private readonly bool _survivesPowerCut;
    private readonly StorageWriter _writer;
    private readonly TimeProvider _clock;
    private readonly AgentTelemetry _telemetry;
    private readonly ConcurrentDictionary<string, SqliteOutbox> _outboxes = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<Recovered> _left = new();
    private readonly HashSet<string> _notAdopted = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _disposing = new();
    private Task _adopting = Task.CompletedTask;
    private long _lastAlert;
    private long _lastChunk;
    private volatile bool _isComplete;

    private SqliteStorage(
        StorageDirectory directory, StorageFile file, StorageDatabase database, StorageRoom room, StorageOptions options, TimeProvider clock, AgentTelemetry telemetry)
    {
        _directory = directory;
        _file = file;
        _room = room;
        _survivesPowerCut = options.SurvivesPowerCut;
        _clock = clock;
        _telemetry = telemetry;
        (_lastAlert, _lastChunk) = (database.Alerts.LastNumber(), database.Outbox.LastNumber());
        var recovered = database.Recover();
        var waiting = database.Outbox.Waiting();
        LogPlaces = new SqliteLogPlaces(directory, telemetry);
        _writer = new StorageWriter(file, database, room, _survivesPowerCut, clock, telemetry, Gone, Damaged);
        TakeOver(recovered, waiting);
        telemetry.StorageOpen(file.Path, recovered.Unjudged.Count, waiting.Sum(sink => sink.Records));
    }

    /// <summary>Opens the database that an agent has left in the directory, or a new one, and takes over what others have left there.</summary>
    /// <exception cref="IOException">The directory cannot be used.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be used.</exception>
    /// <exception cref="SqliteException">No database can be made in it.</exception>
    public static async Task<SqliteStorage> OpenAsync(StorageOptions options, TimeProvider clock, AgentTelemetry telemetry)
    {
        var directory = new StorageDirectory(options.Path!);
        var room = new StorageRoom(options.MaxBytes);
        foreach (var file in directory.Candidates())
        {
            try
            {
                var database = Open(file, room, options, clock, telemetry);
                var storage = new SqliteStorage(directory, file, database, room, options, clock, telemetry);
                await storage.AdoptAsync();
                storage._adopting = storage.KeepAdoptingAsync();
                return storage;
            }
            catch (StorageException exception)
            {
                telemetry.StorageNotAdopted(file.Path, exception.Message);
                file.Dispose();
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }

        throw new StorageException("not even a new database can be used", isDamage: false);
    }

    public bool IsDurable => true;

    public ILogPlaces LogPlaces { get; }

    public bool TryTakeLeft([NotNullWhen(true)] out Recovered? left) => _left.TryDequeue(out left);

    public async ValueTask<IReadOnlyList<ReceivedAlert>> AcceptAsync(AlertBatch batch, string source, AlertTime received)
    {
        var number = Interlocked.Add(ref _lastAlert, batch.Alerts.Count) - batch.Alerts.Count;
        var alerts = new ReceivedAlert[batch.Alerts.Count];
        for (var i = 0; i < alerts.Length; i++)
        {
            alerts[i] = new ReceivedAlert(batch.Alerts[i], received, source, ++number);
        }

        // Where the disk cannot take them they go on all the same: the writer has said so.
        await _writer.DoAsync(new AcceptWork(alerts, batch.Places));
        return alerts;
    }

    public async ValueTask CommitAsync(Turn turn)
    {
        for (var i = 0; i < turn.Chunks.Count; i++)
        {
            turn.Chunks[i] = turn.Chunks[i] with { Number = Interlocked.Increment(ref _lastChunk) };
        }

        var isCommitted = await _writer.DoAsync(new TurnWork(turn));
        foreach (var chunk in turn.Chunks)
        {
            if (isCommitted)
            {
                Outbox(chunk.Sink).Added(chunk.Records, chunk.Oldest);
            }
            else
            {
                Outbox(chunk.Sink).AddInMemory(chunk);
            }
        }

        if (!isCommitted && turn.Judged.Count > 0)
        {
            await _writer.DoAsync(new SettleWork([.. turn.Judged]));
        }
    }

    public async ValueTask ForgetAsync(IReadOnlyList<string> incidentIds) => await _writer.DoAsync(new ForgetWork(incidentIds));

    public IOutbox OutboxOf(string sink) => Outbox(sink);

    public void Complete()
    {
        _isComplete = true;
        foreach (var outbox in _outboxes.Values)
        {
            outbox.Complete();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync();
        await _adopting;
        await _writer.DisposeAsync();
        foreach (var outbox in _outboxes.Values)
        {
            outbox.Dispose();
        }

        _file.Dispose();
        _disposing.Dispose();
    }

    private static StorageDatabase Open(StorageFile file, StorageRoom room, StorageOptions options, TimeProvider clock, AgentTelemetry telemetry)
    {
        try
        {
            return StorageDatabase.Open(file, options.SurvivesPowerCut, room.WalBytes);
        }
        catch (Exception exception) when (StorageException.IsDamage(exception))
        {
            telemetry.StorageDamaged(file.Path, exception.Message, file.SetAside(clock.GetUtcNow()));
            return StorageDatabase.Open(file, options.SurvivesPowerCut, room.WalBytes);
        }
    }

    private async Task KeepAdoptingAsync()
    {
        using var pause = new PeriodicTimer(AdoptionPause, _clock);
        try
        {
            while (await pause.WaitForNextTickAsync(_disposing.Token))
            {
                await AdoptAsync();
            }
        }
        catch (OperationCanceledException) when (_disposing.IsCancellationRequested)
        {
            // The next agent finds what is left by then.
        }
    }

    private async Task AdoptAsync()
    {
        foreach (var left in _directory.TakeLeft(_file))
        {
            using (left)
            {
                try
                {
                    await AdoptAsync(left);
                }
                catch (Exception exception) when (StorageException.IsDamage(exception))
                {
                    _telemetry.StorageDamaged(left.Path, exception.Message, left.SetAside(_clock.GetUtcNow()));
                    left.Delete();
                }
                catch (Exception exception) when (exception is StorageException or SqliteException or IOException or UnauthorizedAccessException)
                {
                    if (_notAdopted.Add(left.Path))
                    {
                        _telemetry.StorageNotAdopted(left.Path, exception.Message);
                    }
                }
            }
        }
    }

    private async Task AdoptAsync(StorageFile left)
    {
        Recovered recovered;
        IReadOnlyList<(string Sink, long Records, AlertTime Oldest)> waiting;
        long afterAlert, afterChunk;
        using (var database = StorageDatabase.Open(left, _survivesPowerCut, _room.WalBytes))
        {
            var (alerts, chunks) = (database.Alerts.LastNumber(), database.Outbox.LastNumber());
            afterAlert = Interlocked.Add(ref _lastAlert, alerts) - alerts;
            afterChunk = Interlocked.Add(ref _lastChunk, chunks) - chunks;
            recovered = database.Recover().After(afterAlert);
            waiting = database.Outbox.Waiting();
        }

        if (!await _writer.DoAsync(new AdoptWork(left.Path, afterAlert, afterChunk)))
        {
            // It stays where it is, and is tried again.
            return;
        }

        left.Delete();
        TakeOver(recovered, waiting);
        _telemetry.StorageAdopted(left.Path, recovered.Unjudged.Count);
    }

    private void TakeOver(Recovered left, IReadOnlyList<(string Sink, long Records, AlertTime Oldest)> waiting)
    {
        foreach (var (sink, records, oldest) in waiting)
        {
            _telemetry.RecordsTakenOver(sink, records);
            Outbox(sink).Added(records, oldest);
        }

        _left.Enqueue(left);
    }

    private SqliteOutbox Outbox(string sink) => _outboxes.GetOrAdd(sink, name =>
    {
        var outbox = new SqliteOutbox(name, _file, _writer, _clock, _telemetry);
        // Also of a sink that is off now: what waits for it is still there. A sink that is on says the same, and for how long.
        _telemetry.WatchSink(name, () => new SinkBacklog(outbox.Depth.Records, TimeSpan.Zero));
        if (_isComplete)
        {
            outbox.Complete();
        }

        return outbox;
    });

    private void Gone(IReadOnlyList<OutboxChunk> chunks)
    {
        foreach (var chunk in chunks)
        {
            Outbox(chunk.Sink).Dropped(chunk.Records);
        }
    }

    private void Damaged()
    {
        foreach (var outbox in _outboxes.Values)
        {
            outbox.Lost();
        }
    }
}
