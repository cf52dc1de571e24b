using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Logs.V1;
using OpenTelemetry.Proto.Resource.V1;

namespace FalcoStreamer.Simulator.Collector;

/// <summary>A log record with what it came under.</summary>
internal sealed record CollectedRecord(LogRecord Record, Resource Resource, InstrumentationScope Scope)
{
    /// <summary>The record's attributes; a key that comes twice is an error, as OTLP has it.</summary>
    public IReadOnlyDictionary<string, AnyValue> Attributes { get; } = Record.Attributes.ToDictionary(one => one.Key, one => one.Value);

    /// <summary>The resource's attributes.</summary>
    public IReadOnlyDictionary<string, AnyValue> ResourceAttributes { get; } = Resource.Attributes.ToDictionary(one => one.Key, one => one.Value);
}

/// <summary>A request as it came.</summary>
/// <param name="Body">The uncompressed bytes; empty when only counting.</param>
/// <param name="Size">How many uncompressed bytes.</param>
/// <param name="Encoding">The compression it came with, or null.</param>
internal sealed record CollectedRequest(byte[] Body, int Size, string? Encoding, IReadOnlyDictionary<string, string> Headers);

/// <summary>
/// What a collector double has received. It keeps no more than its capacity, and counts everything. Safe for several threads.
/// </summary>
internal sealed class CollectorStore(int capacity, bool countsOnly)
{
    private readonly Lock _lock = new();
    private readonly List<CollectedRecord> _records = [];
    private readonly List<CollectedRequest> _requests = [];
    private TaskCompletionSource _changed = NewSignal();
    private long _alertCount;
    private long _recordCount;
    private long _arrivals;

    /// <summary>The records that were taken, in the order of their coming, as far as the capacity reaches.</summary>
    public IReadOnlyList<CollectedRecord> Records
    {
        get
        {
            lock (_lock)
            {
                return [.. _records];
            }
        }
    }

    /// <summary>The requests that were taken, as far as the capacity reaches.</summary>
    public IReadOnlyList<CollectedRequest> Requests
    {
        get
        {
            lock (_lock)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>How many records were taken.</summary>
    public long RecordCount => Interlocked.Read(ref _recordCount);

    /// <summary>How many of them are <c>falco.alert</c>; only where records are counted, not kept.</summary>
    public long AlertCount => Interlocked.Read(ref _alertCount);

    /// <summary>How many requests began, whatever became of them.</summary>
    public long Arrivals => Interlocked.Read(ref _arrivals);

    /// <summary>A request has begun.</summary>
    public void Arrive() => Change(() => _arrivals++);

    /// <summary>Takes a request.</summary>
    /// <exception cref="Google.Protobuf.InvalidProtocolBufferException">It is not one.</exception>
    public void Take(CollectedRequest request)
    {
        if (countsOnly)
        {
            var count = WireCounter.CountRecords(request.Body);
            var alerts = WireCounter.CountAlerts(request.Body);
            Change(() => (_recordCount, _alertCount) = (_recordCount + count, _alertCount + alerts));
            return;
        }

        var records = Decode(ExportLogsServiceRequest.Parser.ParseFrom(request.Body)).ToList();
        Change(() =>
        {
            _recordCount += records.Count;
            _records.AddRange(records.Take(capacity - _records.Count));
            if (_requests.Count < capacity)
            {
                _requests.Add(request);
            }
        });
    }

    /// <summary>Returns once <paramref name="condition"/> holds.</summary>
    public async Task WaitAsync(Func<CollectorStore, bool> condition, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (condition(this))
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellation);
        }
    }

    private static IEnumerable<CollectedRecord> Decode(ExportLogsServiceRequest request) =>
        from resource in request.ResourceLogs
        from scope in resource.ScopeLogs
        from record in scope.LogRecords
        select new CollectedRecord(record, resource.Resource, scope.Scope);

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            change();
            (changed, _changed) = (_changed, NewSignal());
        }

        changed.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
