using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Sources;
using FalcoStreamer.Storage;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Pipeline;

/// <summary>
/// The road: sources fill one bounded inbox, and one loop takes each alert through enrichment and correlation to the sinks.
/// </summary>
/// <remarks>
/// The loop alone owns the waiting room and the correlator, so the road needs no lock and no task per alert. When it cannot keep up, the inbox
/// is full and the sources wait: Falco's own queue holds what we do not take. What a turn of the loop leads to is committed at its end.
/// </remarks>
internal sealed class AlertPipeline
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(250);

    // At the start; without the pods every container would be unknown.
    private static readonly TimeSpan PodsPatience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(1);

    private readonly IStorage _storage;
    private readonly AlertIntake _intake;
    private readonly IPodDirectory _pods;
    private readonly AlertEnricher _enricher;
    private readonly Correlator _correlator;
    private readonly SinkFan _sinks;
    private readonly TimeProvider _clock;
    private readonly AgentTelemetry _telemetry;
    private readonly TurnBook _turn;
    private readonly Restoration _restoration;
    private readonly WaitingRoom _waiting;
    private readonly AlertDeduplicator _known = new(Recovered.MostKnown);
    private readonly List<IncidentChange> _changes = [];
    private readonly Action<ReceivedAlert, Subject> _judge;
    private readonly AlertTime _started;
    private readonly long _startedAt;
    private long _lastTurn;
    private long _toldEvictions;
    private long _toldMissed;

    public AlertPipeline(
        IReadOnlyList<IAlertSource> sources,
        IStorage storage,
        IPodDirectory pods,
        AlertEnricher enricher,
        Correlator correlator,
        SinkFan sinks,
        TimeProvider clock,
        AgentTelemetry telemetry)
    {
        _storage = storage;
        _intake = new AlertIntake(sources, storage, clock, telemetry);
        _pods = pods;
        _enricher = enricher;
        _correlator = correlator;
        _sinks = sinks;
        _clock = clock;
        _telemetry = telemetry;
        _turn = new TurnBook(storage);
        _restoration = new Restoration(pods, enricher, correlator, clock);
        _waiting = new WaitingRoom(enricher, clock, 10_000);
        _judge = Judge;
        _started = AlertTime.From(clock.GetUtcNow());
        _startedAt = clock.GetTimestamp();
        _lastTurn = _startedAt;
    }

    /// <summary>The clock's timestamp when the loop last turned, for liveness; read by any thread.</summary>
    public long LastTurn => Interlocked.Read(ref _lastTurn);

    /// <summary>
    /// Runs until <paramref name="stop"/> is set and everything that had come in is with the sinks, or on the disk where there is one.
    /// </summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var intake = _intake.RunAsync(stop);
        using (var heartbeat = new PeriodicTimer(Heartbeat, _clock))
        {
            await TakeOverAsync(PodsPatience);
            await LoopAsync(heartbeat);
        }

        await EndAsync();
        await intake;
    }

    private async Task EndAsync()
    {
        if (_storage.IsDurable)
        {
            // The next agent goes on with what is open, and knows the pods of those that wait by then.
            _correlator.TellAll(_changes);
        }
        else
        {
            _waiting.Release(everyone: true, _judge);
            _correlator.CloseAll(_changes);
        }

        Dispatch();
        await _turn.CommitAsync(_sinks);
        _sinks.Complete();
    }

    private async Task LoopAsync(PeriodicTimer heartbeat)
    {
        var readable = _intake.Accepted.WaitToReadAsync().AsTask();
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

                readable = _intake.Accepted.WaitToReadAsync().AsTask();
            }

            if (beat.IsCompleted)
            {
                await TakeOverAsync(TimeSpan.Zero);
                TellMissed();
                _correlator.Advance(Now(), _changes);
                beat = heartbeat.WaitForNextTickAsync().AsTask();
            }

            Dispatch();
            await _turn.CommitAsync(_sinks);
        }
    }

    /// <summary>Takes what is there, but not for ever: the clock and the pods want their turn.</summary>
    private void Drain()
    {
        TellMissed();
        for (var taken = 0; taken < 1_024 && _intake.Accepted.TryRead(out var received); taken++)
        {
            Take(received);
        }
    }

    private void Take(ReceivedAlert received)
    {
        if (!_known.IsNew(received.Alert.Id))
        {
            _telemetry.AlertRepeated(received.Source);
            _turn.Repeated(received);
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

    /// <summary>Goes on with what other agents have left.</summary>
    private async Task TakeOverAsync(TimeSpan podsPatience)
    {
        while (_storage.TryTakeLeft(out var left))
        {
            foreach (var id in left.KnownAlerts)
            {
                _known.IsNew(id);
            }

            await _restoration.RunAsync(left, Now(), podsPatience, _turn, _changes);
            foreach (var unjudged in left.Unjudged)
            {
                Take(unjudged);
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
        var placement = _correlator.Add(received.Alert, subject, Now(), _changes);
        _turn.Judged(received, placement);
        _sinks.Send(received, subject, placement.Incident.Id);
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
            if (change.Kind == IncidentChangeKind.Closed && !_sinks.SettleIncidents)
            {
                _turn.Forget(change.Incident.Id);
            }
        }

        _changes.Clear();
    }

    /// <summary>The correlator's time: it goes on evenly even when somebody sets the node's clock.</summary>
    private AlertTime Now() => _started + _clock.GetElapsedTime(_startedAt);
}
