using FalcoStreamer.Storage;
using FalcoStreamer.Telemetry;
using Polly;

namespace FalcoStreamer.Sinks;

/// <summary>
/// Sends what waits in a sink's outbox, at the sink's own pace: nothing leaves it before it was taken, what may pass later is tried again for as long
/// as it takes, and what is refused for good is counted.
/// </summary>
internal sealed class OutboxSender
{
    private readonly IOutboxSink _sink;
    private readonly IOutbox _outbox;
    private readonly SinkQueueOptions _options;
    private readonly TimeProvider _clock;
    private readonly AgentTelemetry _telemetry;
    private readonly ResiliencePipeline _retry;
    private long _lastSent;

    public OutboxSender(IOutboxSink sink, IOutbox outbox, SinkQueueOptions options, TimeProvider clock, AgentTelemetry telemetry)
    {
        _sink = sink;
        _outbox = outbox;
        _options = options;
        _clock = clock;
        _telemetry = telemetry;
        _lastSent = clock.GetTimestamp();
        _retry = RetryPolicy.For(sink.Name, options, clock, telemetry);
    }

    public string Name => _sink.Name;

    /// <summary>Writes records for this sink.</summary>
    public IRecordEncoder Encoder => _sink.Encoder;

    /// <summary>How much waits.</summary>
    public OutboxDepth Depth => _outbox.Depth;

    /// <inheritdoc cref="SinkQueue.WantsPatience"/>
    public bool WantsPatience => Depth.Fill > 0.75 && _clock.GetElapsedTime(Interlocked.Read(ref _lastSent)) < _options.Brisk;

    /// <summary>Sends until nothing will come any more, or the grace period ends.</summary>
    /// <returns>How many records were not sent.</returns>
    public async Task<long> RunAsync(CancellationToken graceEnded)
    {
        try
        {
            while (await _outbox.WaitAsync(graceEnded))
            {
                if (Depth.Records < _options.BatchSize && _options.BatchPause > TimeSpan.Zero)
                {
                    // Others may follow, and a trickle of alerts should not be a request each.
                    await Task.Delay(_options.BatchPause, _clock, graceEnded);
                }

                await SendAsync(await _outbox.ReadAsync(_sink.MaxBytes, graceEnded), graceEnded);
            }
        }
        catch (OperationCanceledException) when (graceEnded.IsCancellationRequested)
        {
            // What was not sent is still in the outbox.
        }

        return Depth.Records;
    }

    private async Task SendAsync(IReadOnlyList<OutboxChunk> chunks, CancellationToken graceEnded)
    {
        if (chunks.Count == 0)
        {
            return;
        }

        try
        {
            await _retry.ExecuteAsync(
                static async (state, token) => await state.Sink.SendAsync(state.Chunks, token), (Sink: _sink, Chunks: chunks), graceEnded);
            Interlocked.Exchange(ref _lastSent, _clock.GetTimestamp());
            _telemetry.RecordsSent(_sink.Name, await _outbox.RemoveAsync(chunks));
        }
        // Ask the token, not the exception's type: a request's timeout is an OperationCanceledException too.
        catch (Exception) when (chunks.Count > 1 && !graceEnded.IsCancellationRequested)
        {
            // One of them is refused for good; the others may still be taken.
            foreach (var chunk in chunks)
            {
                await SendAsync([chunk], graceEnded);
            }
        }
        catch (Exception exception) when (!graceEnded.IsCancellationRequested)
        {
            _telemetry.RecordsRefused(_sink.Name, await _outbox.RemoveAsync(chunks), exception);
        }
    }
}
