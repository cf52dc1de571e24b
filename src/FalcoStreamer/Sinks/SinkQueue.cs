using System.Threading.Channels;
using FalcoStreamer.Telemetry;
using Polly;

namespace FalcoStreamer.Sinks;

/// <summary>
/// Lets one sink be slow, away or broken without the others noticing: it keeps what waits, sends it in batches, tries again what may pass later
/// for as long as it takes, and counts what is lost.
/// </summary>
internal sealed class SinkQueue
{
    private readonly Channel<SinkRecord> _waiting;
    private readonly ISink _sink;
    private readonly SinkQueueOptions _options;
    private readonly TimeProvider _clock;
    private readonly AgentTelemetry _telemetry;
    private readonly ResiliencePipeline _retry;
    private Task<bool>? _readable;
    private long _lastSent;

    public SinkQueue(ISink sink, SinkQueueOptions options, TimeProvider clock, AgentTelemetry telemetry)
    {
        _sink = sink;
        _options = options;
        _clock = clock;
        _telemetry = telemetry;
        _lastSent = clock.GetTimestamp();
        _waiting = Channel.CreateBounded<SinkRecord>(
            new BoundedChannelOptions(options.Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            itemDropped: _ => telemetry.RecordsDropped(sink.Name, 1));
        _retry = RetryPolicy.For(sink.Name, options, clock, telemetry);
    }

    /// <summary>The sink's name.</summary>
    public string Name => _sink.Name;

    /// <summary>Whether the sink wants every alert.</summary>
    public bool WantsAlerts => _sink.WantsAlerts;

    /// <inheritdoc cref="ISink.SettlesIncidents"/>
    public bool SettlesIncidents => _sink.SettlesIncidents;

    /// <summary>How many records wait.</summary>
    public int Waiting => _waiting.Reader.Count;

    /// <summary>
    /// Whether the queue fills although the sink sends well: a burst, for which whoever fills it should pause a moment. Never true of a sink
    /// that is slow or away, which must not delay the others; its oldest records are dropped instead.
    /// </summary>
    public bool WantsPatience =>
        Waiting > _options.Capacity / 4 * 3 && _clock.GetElapsedTime(Interlocked.Read(ref _lastSent)) < _options.Brisk;

    /// <summary>Never waits: when the queue is full, its oldest record gives way.</summary>
    public void Enqueue(SinkRecord record)
    {
        if (!_waiting.Writer.TryWrite(record))
        {
            _telemetry.RecordsDropped(_sink.Name, 1);
        }
    }

    /// <summary>Nothing more will come.</summary>
    public void Complete() => _waiting.Writer.TryComplete();

    /// <summary>Sends until <see cref="Complete"/> was called and nothing waits, or the grace period ends; what waits then is counted as lost.</summary>
    public async Task RunAsync(CancellationToken graceEnded)
    {
        var batch = new List<SinkRecord>(_options.BatchSize);
        try
        {
            while (await WaitAsync(graceEnded))
            {
                await FillAsync(batch, graceEnded);
                await SendAsync(batch, graceEnded);
                batch.Clear();
            }

            await FlushAsync(graceEnded);
        }
        catch (OperationCanceledException) when (graceEnded.IsCancellationRequested)
        {
            var lost = batch.Count;
            while (_waiting.Reader.TryRead(out _))
            {
                lost++;
            }

            _telemetry.RecordsLostAtShutdown(_sink.Name, lost);
        }
    }

    /// <summary>True when there is something to send: records, or what the sink held back and now may send; false when nothing will come.</summary>
    private async Task<bool> WaitAsync(CancellationToken graceEnded)
    {
        _readable ??= _waiting.Reader.WaitToReadAsync(graceEnded).AsTask();
        if (!_readable.IsCompleted && _sink.DueIn is { } due)
        {
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(graceEnded);
            await Task.WhenAny(_readable, Task.Delay(due, _clock, enough.Token));
            await enough.CancelAsync();
            graceEnded.ThrowIfCancellationRequested();
            if (!_readable.IsCompleted)
            {
                return true;
            }
        }

        var readable = _readable;
        _readable = null;
        return await readable;
    }

    private async Task FlushAsync(CancellationToken graceEnded)
    {
        try
        {
            await _sink.FlushAsync(graceEnded);
        }
        catch (SinkException exception)
        {
            _telemetry.SinkNotFlushed(_sink.Name, exception);
        }
    }

    private async Task FillAsync(List<SinkRecord> batch, CancellationToken graceEnded)
    {
        Take(batch);
        if (batch.Count > 0 && batch.Count < _options.BatchSize && _options.BatchPause > TimeSpan.Zero && !_waiting.Reader.Completion.IsCompleted)
        {
            await Task.Delay(_options.BatchPause, _clock, graceEnded);
            Take(batch);
        }
    }

    private void Take(List<SinkRecord> batch)
    {
        while (batch.Count < _options.BatchSize && _waiting.Reader.TryRead(out var record))
        {
            batch.Add(record);
        }
    }

    private async Task SendAsync(List<SinkRecord> batch, CancellationToken graceEnded)
    {
        try
        {
            await _retry.ExecuteAsync(
                static async (state, token) => await state.Sink.SendAsync(state.Batch, token),
                (Sink: _sink, Batch: batch),
                graceEnded);
            Interlocked.Exchange(ref _lastSent, _clock.GetTimestamp());
            _telemetry.RecordsSent(_sink.Name, batch.Count);
        }
        // Ask the token, not the exception's type: a request's timeout is an OperationCanceledException too.
        catch (Exception exception) when (!graceEnded.IsCancellationRequested)
        {
            _telemetry.RecordsRefused(_sink.Name, batch.Count, exception);
        }
    }
}
