using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Reporting;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Sinks.KubernetesEvents;

/// <summary>
/// Puts reports where an application's owner looks: one Event per incident on its pod or node, created once and patched as the incident grows
/// or is judged anew.
/// </summary>
/// <remarks>
/// <para>What <see cref="EventBudget"/> holds back is not lost: the newest state of each incident waits here, bounded, and is written by a later
/// <see cref="SendAsync"/> (an empty one will do, see <see cref="DueIn"/>) or by <see cref="FlushAsync"/> at the end. It counts as sent for the
/// queue; should the process die meanwhile, it is an Event's newest count or text that is missing, while OTLP has the record.</para>
/// <para>A record that the API server will never take is counted and left; only what may pass later is thrown. Sending the same records again
/// writes nothing twice.</para>
/// </remarks>
internal sealed class KubernetesEventSink : ISink
{
    private readonly EventFactory _factory;
    private readonly EventBudget _budget;
    private readonly EventLedger _ledger = new();
    private readonly EventUpdate _update;
    private readonly LogBursts _bursts;
    private readonly Func<IReadOnlyList<string>, ValueTask> _ended;
    private readonly KubernetesEventOptions _options;
    private readonly TimeProvider _clock;
    private readonly AgentTelemetry _telemetry;

    /// <param name="ended">Told which incidents need no further Event: their end is written, or never will be.</param>
    public KubernetesEventSink(
        IKubernetesApi api,
        Func<IncidentReport, string> note,
        Func<IncidentReport, string> markdown,
        Func<IReadOnlyList<string>, ValueTask> ended,
        KubernetesEventOptions options,
        TimeProvider clock,
        AgentTelemetry telemetry)
    {
        _ended = ended;
        _factory = new EventFactory(note, markdown, options.PodName ?? options.NodeName ?? "", options.NodeName);
        _budget = new EventBudget(clock);
        _bursts = new LogBursts(clock);
        _update = new EventUpdate(_factory, new EventApi(api, options.RequestTimeout, clock), _budget, _ledger, _bursts, telemetry);
        _options = options;
        _clock = clock;
        _telemetry = telemetry;
    }

    public string Name => "kubernetesEvents";

    public bool WantsAlerts => false;

    public bool SettlesIncidents => true;

    /// <summary>
    /// When the next held-back Event may be written, or null when none waits. A quiet node sends no further records, so whoever
    /// drives the sink calls <see cref="SendAsync"/> without records then.
    /// </summary>
    public TimeSpan? DueIn => _ledger.DueCount == 0 ? null : _ledger.Due().Min(entry => _budget.Wait(entry.ObjectKey, entry.IsUrgent));

    public async Task SendAsync(IReadOnlyList<SinkRecord> records, CancellationToken cancellation)
    {
        var withoutEvent = new List<string>();
        foreach (var record in records.OfType<ReportRecord>())
        {
            if (!TryMerge(record) && record.Change == IncidentChangeKind.Closed)
            {
                withoutEvent.Add(record.Report.Incident.Id);
            }
        }

        try
        {
            await WriteDueAsync(cancellation);
        }
        finally
        {
            await TellEndedAsync(withoutEvent);
        }
    }

    private async Task WriteDueAsync(CancellationToken cancellation)
    {
        foreach (var entry in _ledger.Due())
        {
            if (_budget.TryTake(entry.ObjectKey, entry.IsUrgent))
            {
                await WriteOrGiveBackAsync(entry, cancellation);
            }
            else if (!entry.IsHeldBack)
            {
                entry.IsHeldBack = true;
                _telemetry.EventHeldBack();
            }
        }
    }

    /// <summary>
    /// Writes all that waits, before the agent ends: no object's budget counts any more, since nothing will follow, but the agent's as a whole does.
    /// What <paramref name="cancellation"/> or an error leaves unwritten is counted.
    /// </summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        try
        {
            foreach (var entry in _ledger.Due())
            {
                while (_budget.WaitOfAgent() is var wait && wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait, _clock, cancellation);
                }

                _budget.Charge();
                await _update.WriteAsync(entry, cancellation);
            }
        }
        finally
        {
            await TellEndedAsync([]);
            if (_ledger.DueCount > 0)
            {
                _telemetry.EventsNeverWritten(_ledger.DueCount);
            }
        }
    }

    private async ValueTask TellEndedAsync(List<string> withoutEvent)
    {
        withoutEvent.AddRange(_ledger.TakeEnded());
        if (withoutEvent.Count > 0)
        {
            await _ended(withoutEvent);
        }
    }

    /// <summary>False where the incident gets no Event.</summary>
    private bool TryMerge(ReportRecord record)
    {
        var subject = record.Report.Incident.Subject;
        if (IsOwnPod(subject))
        {
            _telemetry.EventAboutOurselves();
            return false;
        }

        if (!EventFactory.HasObject(subject))
        {
            _telemetry.EventWithoutObject();
            return false;
        }

        var (forgotten, superseded, dropped) = (_ledger.Forgotten, _ledger.Superseded, _ledger.Dropped);
        _ledger.Merge(record).ObjectKey = _factory.Involved(subject).Key;
        _telemetry.EventsForgotten(_ledger.Forgotten - forgotten);
        _telemetry.EventsSuperseded(_ledger.Superseded - superseded);
        if (_ledger.Dropped > dropped)
        {
            _telemetry.EventsDropped(_ledger.Dropped - dropped, _bursts.IsNew("dropped"));
        }

        return true;
    }

    /// <summary>Our own calls may make Falco alert about us; an Event about that would be a further call, and so on (decision 9).</summary>
    private bool IsOwnPod(Subject subject) =>
        subject.Kind == SubjectKind.Pod
        && _options.PodName is not null
        && subject.Name == _options.PodName
        && subject.Namespace == _options.PodNamespace;

    private async Task WriteOrGiveBackAsync(EventEntry entry, CancellationToken cancellation)
    {
        var key = entry.ObjectKey;
        var hasCalled = false;
        try
        {
            hasCalled = await _update.WriteAsync(entry, cancellation);
        }
        finally
        {
            if (!hasCalled)
            {
                _budget.GiveBack(key);
            }
        }
    }
}
