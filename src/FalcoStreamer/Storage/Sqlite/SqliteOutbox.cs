using FalcoStreamer.Alerts;
using FalcoStreamer.Telemetry;
using Microsoft.Data.Sqlite;

namespace FalcoStreamer.Storage.Sqlite;

/// <summary>
/// An outbox on the disk. It is read from there, so that a sink that is away costs no memory; what the disk could not take waits in memory behind it.
/// </summary>
internal sealed class SqliteOutbox : IOutbox, IDisposable
{
    private static readonly TimeSpan ReadPause = TimeSpan.FromSeconds(1);

    private readonly string _sink;
    private readonly StorageFile _file;
    private readonly StorageWriter _writer;
    private readonly TimeProvider _clock;
    private readonly AgentTelemetry _telemetry;
    private readonly Lock _gate = new();
    private readonly Signal _filled = new();
    private readonly MemoryOutbox _overflow;

    // Sent, but still on a disk that cannot be written.
    private readonly HashSet<long> _sent = [];
    private SqliteConnection? _reader;
    private Statement? _next;
    private long _records;
    private AlertTime? _oldest;
    private bool _isComplete;
    private volatile bool _isStale;

    public SqliteOutbox(string sink, StorageFile file, StorageWriter writer, TimeProvider clock, AgentTelemetry telemetry)
    {
        _sink = sink;
        _file = file;
        _writer = writer;
        _clock = clock;
        _telemetry = telemetry;
        _overflow = new MemoryOutbox(MemoryStorage.OutboxBytes, count => telemetry.RecordsDropped(sink, count));
    }

    public OutboxDepth Depth
    {
        get
        {
            lock (_gate)
            {
                var inMemory = _overflow.Depth;
                return new OutboxDepth(Math.Max(_records, 0) + inMemory.Records, _oldest ?? inMemory.Oldest, Math.Max(_writer.Fill, inMemory.Fill));
            }
        }
    }

    /// <summary>Records are on the disk since a commit.</summary>
    public void Added(long records, AlertTime oldest)
    {
        lock (_gate)
        {
            _records += records;
            _oldest = _records > 0 ? _oldest ?? oldest : null;
        }

        _filled.Set();
    }

    /// <summary>The disk could not take a chunk.</summary>
    public void AddInMemory(OutboxChunk chunk)
    {
        _overflow.Add(chunk);
        _filled.Set();
    }

    /// <summary>Records had to make room, or are in a database that is damaged.</summary>
    public void Dropped(int records)
    {
        lock (_gate)
        {
            _records -= records;
        }

        _telemetry.RecordsDropped(_sink, records);
    }

    /// <summary>A new database has been begun: what waited on the disk is lost.</summary>
    public void Lost()
    {
        lock (_gate)
        {
            _telemetry.RecordsDropped(_sink, (int)_records);
            _records = 0;
            _oldest = null;
            _sent.Clear();
        }

        _isStale = true;
    }

    /// <summary>Nothing more will come.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
        }

        _filled.Complete();
    }

    public async ValueTask<bool> WaitAsync(CancellationToken cancellation)
    {
        while (true)
        {
            lock (_gate)
            {
                var waits = _records > 0 || _overflow.Depth.Records > 0;
                if (waits || _isComplete)
                {
                    return waits;
                }
            }

            await _filled.WaitAsync(cancellation);
        }
    }

    public async ValueTask<IReadOnlyList<OutboxChunk>> ReadAsync(int maxBytes, CancellationToken cancellation)
    {
        try
        {
            var chunks = ReadFromDisk(maxBytes);
            if (chunks.Count > 0)
            {
                return chunks;
            }
        }
        catch (SqliteException exception)
        {
            Close();
            _telemetry.StorageNotRead(_file.Path, exception.Message);
            await Task.Delay(ReadPause, _clock, cancellation);
        }

        // Negative numbers tell them from those on the disk.
        var inMemory = await _overflow.ReadAsync(maxBytes, cancellation);
        return [.. inMemory.Select(chunk => chunk with { Number = -chunk.Number })];
    }

    public async ValueTask<int> RemoveAsync(IReadOnlyList<OutboxChunk> chunks)
    {
        if (chunks is [{ Number: < 0 }, ..])
        {
            return await _overflow.RemoveAsync([.. chunks.Select(chunk => chunk with { Number = -chunk.Number })]);
        }

        var work = new RemoveWork(chunks);
        var isRemoved = await _writer.DoAsync(work);
        var removed = isRemoved ? work.Removed : chunks.Sum(chunk => chunk.Records);
        lock (_gate)
        {
            _records -= removed;
            _oldest = _records > 0 ? chunks[^1].Oldest : null;
            if (isRemoved)
            {
                // Together with those that could not be removed before.
                _sent.Clear();
            }
            else
            {
                _sent.UnionWith(chunks.Select(chunk => chunk.Number));
            }
        }

        return removed;
    }

    public void Dispose() => Close();

    private List<OutboxChunk> ReadFromDisk(int maxBytes)
    {
        if (_isStale)
        {
            _isStale = false;
            Close();
        }

        _reader ??= _file.Open(readOnly: true);
        _next ??= new Statement(_reader, "SELECT number, priority, records, oldest, bytes FROM outbox WHERE sink = ? ORDER BY number");
        var chunks = new List<OutboxChunk>();
        var bytes = 0L;
        _next.Bind(1, _sink);
        while (_next.Read())
        {
            var number = _next.Int(0);
            if (_sent.Contains(number))
            {
                continue;
            }

            var content = _next.Blob(4);
            bytes += content.Length;
            if (bytes > maxBytes && chunks.Count > 0)
            {
                _next.Reset();
                break;
            }

            chunks.Add(new OutboxChunk(_sink, (Priority)_next.Int(1), (int)_next.Int(2), new AlertTime(_next.Int(3)), content.ToArray(), number));
        }

        return chunks;
    }

    private void Close()
    {
        _next?.Dispose();
        _next = null;
        _reader?.Dispose();
        _reader = null;
    }
}
