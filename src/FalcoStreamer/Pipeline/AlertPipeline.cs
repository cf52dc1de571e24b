using System.Threading.Channels;
using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Sources;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Pipeline;

/// <summary>
/// The road: sources fill one bounded inbox, and one loop takes each alert through enrichment and correlation to the sinks.
/// </summary>
/// <remarks>
/// The loop alone owns the waiting room and the correlator, so the road needs no lock and no task per alert. When it cannot keep up, the inbox
/// is full and the sources wait: Falco's own queue holds what we do not take.
/// </remarks>
internal sealed class AlertPipeline
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(1);

    // A source ends when nothing more is on its way; one that never falls silent must not use up the sinks' time.
    private static readonly TimeSpan IntakeGrace = TimeSpan.FromSeconds(5);

    private readonly IReadOnlyList<IAlertSource> _sources;
    private readonly IPodDirectory _pods;
    private readonly AlertEnricher _enricher;
    private readonly Correlator _correlator;
    private readonly SinkFan _sinks;
    private readonly TimeProvider _clock;
    private readonly AgentTelemetry _telemetry;
    private readonly Channel<ReceivedAlert> _inbox;
    private readonly WaitingRoom _waiting;
    private readonly AlertDeduplicator _known = new(65_536);
    private readonly List<IncidentChange> _changes = [];
    private readonly Action<ReceivedAlert, Subject> _judge;
    private readonly AlertTime _started;
    private readonly long _startedAt;
    private long _lastTurn;
    private long _toldEvictions;
    private long _toldMissed;

    public AlertPipeline(
        IReadOnlyList<IAlertSource> sources,
        IPodDirectory pods,
        AlertEnricher enricher,
        Correlator correlator,
        SinkFan sinks,
        TimeProvider clock,
        AgentTelemetry telemetry)
    {
        _sources = sources;
        _pods = pods;
        _enricher = enricher;
        _correlator = correlator;
        _sinks = sinks;
        _clock = clock;
        _telemetry = telemetry;
        _inbox = Channel.CreateBounded<ReceivedAlert>(
            new BoundedChannelOptions(4_096) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });
        _waiting = new WaitingRoom(enricher, clock, 10_000);
        _judge = Judge;
        _started = AlertTime.From(clock.GetUtcNow());
        _startedAt = clock.GetTimestamp();
        _lastTurn = _startedAt;
    }

    /// <summary>The clock's timestamp when the loop last turned, for liveness; read by any thread.</summary>
    public long LastTurn => Interlocked.Read(ref _lastTurn);

    /// <summary>Runs until <paramref name="stop"/> is set and everything that had come in is with the sinks.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var late = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _clock);
        await using var ending = stop.Register(() => late.CancelAfter(IntakeGrace));
        var intake = Task.WhenAll(_sources.Select(source => PumpAsync(source, stop, late.Token)));
        var closing = CloseInboxAfterAsync(intake);
        using (var heartbeat = new PeriodicTimer(Heartbeat, _clock))
        {
            await LoopAsync(heartbeat);
        }

        _waiting.Release(everyone: true, _judge);
        _correlator.CloseAll(_changes);
        Dispatch();
        _sinks.Complete();
        await closing;
    }

    private async Task CloseInboxAfterAsync(Task intake)
    {
        try
        {
            await intake;
        }
        finally
        {
            _inbox.Writer.Complete();
        }
    }

    private async Task PumpAsync(IAlertSource source, CancellationToken stop, CancellationToken late)
    {
        await foreach (var alert in source.ReadAsync(stop))
        {
            var received = new ReceivedAlert(alert, AlertTime.From(_clock.GetUtcNow()), source.Name);
            if (!_inbox.Writer.TryWrite(received))
            {
                // Not cancelled by stop: what the source has given is ours.
                await _inbox.Writer.WriteAsync(received, CancellationToken.None);
            }

            if (late.IsCancellationRequested)
            {
                _telemetry.IntakeCutOff(source.Name, IntakeGrace);
                return;
            }
        }
    }

    private async Task LoopAsync(PeriodicTimer heartbeat)
    {
        var readable = _inbox.Reader.WaitToReadAsync().AsTask();
        var beat = heartbeat.WaitForNextTickAsync().AsTask();
        var podsVersion = _pods.Version;
        var podsChanged = _pods.WaitForChangeAsync(podsVersion, CancellationToken.None);
        while (true)
        {
            await Task.WhenAny(readable, beat, podsChanged);
            Interlocked.Exchange(ref _lastTurn, _clock.GetTimestamp());
            if (podsChanged.IsCompleted || beat.IsCompleted)
            {
                podsVersion = _pods.Version;
                _waiting.Release(everyone: false, _judge);
            }

            if (podsChanged.IsCompleted)
            {
                podsChanged = _pods.WaitForChangeAsync(podsVersion, CancellationToken.None);
            }

            if (readable.IsCompleted)
            {
                if (!await readable)
                {
                    return;
                }

                if (_sinks.WantsPatience)
                {
                    // Falco's own queue holds what we do not take.
                    await Task.Delay(Breath, _clock);
                }
                else
                {
                    Drain();
                }

                readable = _inbox.Reader.WaitToReadAsync().AsTask();
            }

            if (beat.IsCompleted)
            {
                TellMissed();
                _correlator.Advance(Now(), _changes);
                beat = heartbeat.WaitForNextTickAsync().AsTask();
            }

            Dispatch();
        }
    }

    /// <summary>Takes what is there, but not for ever: the clock and the pods want their turn.</summary>
    private void Drain()
    {
        TellMissed();
        for (var taken = 0; taken < 1_024 && _inbox.Reader.TryRead(out var received); taken++)
        {
            if (!_known.IsNew(received.Alert.Id))
            {
                _telemetry.AlertRepeated(received.Source);
            }
            else if (_enricher.TryResolve(received.Alert) is { } subject)
            {
                Judge(received, subject);
            }
            else if (_waiting.Add(received) is { } evicted)
            {
                _telemetry.AlertLeftWaitingRoomEarly();
                Judge(evicted, _enricher.ResolveNow(evicted.Alert));
            }
        }
    }

    /// <summary>What never came here makes every judgement of these minutes less sure.</summary>
    private void TellMissed()
    {
        if (_telemetry.AlertsMissed is var missed && missed > _toldMissed)
        {
            _correlator.AlertsLost(missed - _toldMissed, Now(), _changes);
            _toldMissed = missed;
        }
    }

    private void Judge(ReceivedAlert received, Subject subject)
    {
        var incident = _correlator.Add(received.Alert, subject, Now(), _changes);
        _sinks.Send(received, subject, incident);
    }

    private void Dispatch()
    {
        if (_correlator.Evictions > _toldEvictions)
        {
            _telemetry.CorrelatorForgot(_correlator.Evictions - _toldEvictions);
            _toldEvictions = _correlator.Evictions;
        }

        if (_changes.Count == 0)
        {
            return;
        }

        var observed = AlertTime.From(_clock.GetUtcNow());
        foreach (var change in _changes)
        {
            _telemetry.IncidentChanged(change.Kind, change.Incident.Judgement.Verdict);
            _sinks.Send(change, observed);
        }

        _changes.Clear();
    }

    /// <summary>The correlator's time: it goes on evenly even when somebody sets the node's clock.</summary>
    private AlertTime Now() => _started + _clock.GetElapsedTime(_startedAt);
}
