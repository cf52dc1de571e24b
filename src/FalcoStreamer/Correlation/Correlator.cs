using FalcoStreamer.Alerts;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;
using FalcoStreamer.Storage;

namespace FalcoStreamer.Correlation;

/// <summary>
/// Makes incidents of alerts: a pure state machine. Alerts and the time go in, changes come out; it does no I/O, has no clock and no lock,
/// and is driven by one caller at a time.
/// </summary>
/// <remarks>
/// Whether an alert joins an incident is decided by Falco's times, so that a backlog that arrives at once is judged like the day it tells of;
/// when an incident is quiet is decided by <c>now</c>, the time of whoever drives it. Memory is bounded by <see cref="CorrelationOptions.MaxOpenIncidents"/>.
/// </remarks>
internal sealed class Correlator
{
    private static readonly TimeSpan FirstTellPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DimmingPause = TimeSpan.FromSeconds(10);

    private readonly BehaviourLibrary _library;
    private readonly CorrelationOptions _options;
    private readonly AlertJudge _judge;
    private readonly SequenceTracker _sequences;
    private readonly SpreadTracker _spreads;
    private readonly CompanyTracker _company;
    private readonly LossLog _losses = new();
    private readonly AuditTrail _audits = new();
    private readonly Dictionary<CauseKey, OpenIncident> _open = [];
    private readonly PriorityQueue<(OpenIncident Incident, int Appointment), long> _due = new();

    // Suspicious incidents are in a list of their own, so that a flood of others cannot push them out.
    private readonly LinkedList<OpenIncident> _ordinary = new();
    private readonly LinkedList<OpenIncident> _suspicious = new();
    private AlertTime? _lastDimmed;

    public Correlator(BehaviourLibrary library, CorrelationOptions options)
    {
        _library = library;
        _options = options;
        _sequences = new SequenceTracker(library, options.MaxOpenIncidents);
        _spreads = new SpreadTracker(library, options.MaxOpenIncidents);
        _company = new CompanyTracker(options.MaxOpenIncidents);
        _judge = new AlertJudge(library, _company, _losses);
        LongestWindow = new[] { library.LongestWindow, CompanyTracker.Window, AuditTrail.Window }.Max();
    }

    /// <summary>How long after its last alert a closed incident may still be judged anew.</summary>
    public TimeSpan LongestWindow { get; }

    public int OpenIncidents => _open.Count;

    /// <summary>How many times the clock will look at an incident; for tests of the bound.</summary>
    public int Appointments => _due.Count;

    /// <summary>How much was closed or forgotten early because too much was open.</summary>
    public long Evictions => _sequences.Evictions + _spreads.Evictions + _company.Evictions + _audits.Evictions + EvictedIncidents;

    private long EvictedIncidents { get; set; }

    /// <summary>Takes an alert; adds what it changes to <paramref name="changes"/> and returns the incident that it belongs to.</summary>
    public Placement Add(FalcoAlert alert, Subject subject, AlertTime now, List<IncidentChange> changes)
    {
        if (_losses.Note(alert))
        {
            DimOpen(alert.Time, changes);
        }

        var (facts, judgement) = _judge.Judge(alert, subject);
        var steps = _sequences.StepsOf(facts, alert, subject);
        var key = new CauseKey(subject.Key, AlertJudge.CauseOf(alert, judgement) + AuditTrail.CauseOf(alert));
        if (_open.TryGetValue(key, out var incident) && alert.Time - incident.LastTime > incident.QuietPeriod)
        {
            Close(incident, changes);
            incident = null;
        }

        // What goes on with a story that is told already belongs to it, unless it says something of its own.
        if (incident is null && judgement.Verdict == Verdict.Undetermined)
        {
            incident = _sequences.LeaderFor(steps, alert, subject);
        }

        bool isSample;
        if (incident is null)
        {
            incident = Open(key, alert, subject, judgement, now, changes);
            isSample = true;
            changes.Add(new IncidentChange(IncidentChangeKind.Opened, incident.Snapshot()));
        }
        else
        {
            isSample = Join(incident, alert, subject, judgement, now, changes);
        }

        _company.Add(alert, subject, key.Cause, incident);
        Connect(steps, facts, alert, subject, incident, judgement, changes);
        foreach (var (met, attribution) in _audits.Add(alert, subject, incident))
        {
            Rejudge(met, _losses.Dim(attribution.Apply(met.Judgement), alert, met.LastTime), changes);
        }

        return new Placement(incident, isSample);
    }

    /// <summary>Takes note that alerts were lost on their way here, at a time of the clock that Falco's times come from too.</summary>
    public void AlertsLost(long count, AlertTime time, List<IncidentChange> changes)
    {
        _losses.NoteOwn(count, time);
        DimOpen(time, changes);
    }

    /// <summary>Tells what has grown and closes what has been quiet until <paramref name="now"/>.</summary>
    public void Advance(AlertTime now, List<IncidentChange> changes)
    {
        while (_due.TryPeek(out var next, out var due) && due <= now.UnixNanoseconds)
        {
            _due.Dequeue();
            var (incident, appointment) = next;
            if (incident.IsClosed || incident.Appointment != appointment)
            {
                // A newer appointment has taken this one's place.
                continue;
            }

            if (incident.LastSeen + incident.QuietPeriod <= now)
            {
                Close(incident, changes);
                continue;
            }

            if (incident.HasUntold && incident.TellFrom <= now)
            {
                incident.HasUntold = false;
                incident.TellPause = Min(incident.TellPause * 2, _options.QuietPeriod);
                incident.TellFrom = now + incident.TellPause;
                changes.Add(new IncidentChange(IncidentChangeKind.Grown, incident.Snapshot()));
            }

            Schedule(incident);
        }
    }

    /// <summary>Takes note how far an incident had come before the agent ended, once the alerts that were kept for it have been added again.</summary>
    public void Restore(OpenIncident incident, IncidentState state)
    {
        incident.Restore(state);
        Schedule(incident);
    }

    /// <summary>Tells what has grown, whenever that was told last: called at the end, when incidents stay open for the next agent.</summary>
    public void TellAll(List<IncidentChange> changes)
    {
        foreach (var incident in _open.Values.Where(incident => incident.HasUntold))
        {
            incident.HasUntold = false;
            changes.Add(new IncidentChange(IncidentChangeKind.Grown, incident.Snapshot()));
        }
    }

    /// <summary>Closes everything; called once, at the end.</summary>
    public void CloseAll(List<IncidentChange> changes)
    {
        foreach (var incident in _open.Values.OrderBy(incident => incident.LastTime).ToList())
        {
            Close(incident, changes);
        }
    }

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;

    private OpenIncident Open(
        CauseKey key, FalcoAlert alert, Subject subject, Judgement judgement, AlertTime now, List<IncidentChange> changes)
    {
        if (_open.Count >= _options.MaxOpenIncidents)
        {
            EvictedIncidents++;
            Close((_ordinary.First ?? _suspicious.First!).Value, changes);
        }

        var quietPeriod = judgement.Behaviour?.QuietPeriod ?? _options.QuietPeriod;
        var incident = new OpenIncident(key, alert, subject, judgement, quietPeriod, _options.AlertIds)
        {
            TellPause = FirstTellPause,
            TellFrom = now + FirstTellPause,
        };
        incident.Add(alert, subject, now);
        _open[key] = incident;
        incident.Place = ListOf(incident).AddLast(incident);
        Schedule(incident);
        return incident;
    }

    /// <summary>Whether the incident keeps the alert.</summary>
    private bool Join(
        OpenIncident incident, FalcoAlert alert, Subject subject, Judgement judgement, AlertTime now, List<IncidentChange> changes)
    {
        var isSample = incident.Add(alert, subject, now);
        if (judgement.Verdict > incident.Judgement.Verdict || judgement.Proves(incident.Judgement))
        {
            Rejudge(incident, judgement, changes);
            return isSample;
        }

        incident.Judgement = _losses.Dim(incident.Judgement, alert, alert.Time);
        var list = ListOf(incident);
        list.Remove(incident.Place!);
        list.AddLast(incident.Place!);
        if (!incident.HasUntold)
        {
            incident.HasUntold = true;
            Schedule(incident);
        }

        return isSample;
    }

    /// <summary>An incident is as worrying as the most worrying thing known of it, and never becomes less so.</summary>
    private void Rejudge(OpenIncident incident, Judgement judgement, List<IncidentChange> changes)
    {
        // A closed incident stands in no list any more.
        incident.Place!.List?.Remove(incident.Place);
        incident.Judgement = judgement;
        if (!incident.IsClosed)
        {
            ListOf(incident).AddLast(incident.Place);
        }

        incident.HasUntold = false;
        changes.Add(new IncidentChange(IncidentChangeKind.Rejudged, incident.Snapshot()));
    }

    /// <summary>Sees what an alert makes together with others.</summary>
    private void Connect(
        IReadOnlyList<StepsOfSequence> steps, Facts facts, FalcoAlert alert, Subject subject, OpenIncident incident, Judgement judgement, List<IncidentChange> changes)
    {
        foreach (var completed in _sequences.Add(steps, alert, subject, incident, judgement))
        {
            Raise(completed, changes);
        }

        if (judgement.Verdict == Verdict.Undetermined && _spreads.Add(facts, alert, subject, incident) is { } spread)
        {
            Raise(spread, changes);
        }

        if (judgement.Verdict == Verdict.Suspicious && judgement.Behaviour!.Nature == BehaviourNature.Attack)
        {
            Reopen(alert, subject, incident, changes);
        }
    }

    /// <summary>Every incident of a story is judged anew, and tells it.</summary>
    private void Raise(CompletedSequence completed, List<IncidentChange> changes)
    {
        var leader = completed.Lead.Among(completed.Steps);
        var window = completed.Sequence.QuietPeriod ?? completed.Sequence.Window;
        if (leader.QuietPeriod < window)
        {
            leader.QuietPeriod = window;
        }

        foreach (var incident in completed.Steps.Select(step => step.Incident).Prepend(leader).Distinct())
        {
            incident.Leader = leader;
            var known = incident.Judgement;
            if (completed.AddsTo(known))
            {
                var anew = completed.Judge(leader, known, other => _library.ComesBefore(other, completed.Sequence));
                // What is suspicious by itself goes on saying why.
                var isOwnMatter = known.Verdict == Verdict.Suspicious && known.Behaviour is { When.Count: > 0 } && incident != leader;
                Rejudge(
                    incident,
                    _losses.Dim(isOwnMatter ? known with { Story = anew.Story, Sequence = anew.Sequence } : anew, incident.First, incident.LastTime),
                    changes);
            }
        }
    }

    /// <summary>
    /// An attack casts doubt on what was explained on the same container shortly before: it is told anew, and what comes after it is judged for itself.
    /// </summary>
    private void Reopen(FalcoAlert alert, Subject subject, OpenIncident attack, List<IncidentChange> changes)
    {
        foreach (var incident in _company.Explained(subject, alert.Time))
        {
            if (incident == attack || incident.LastTime > alert.Time)
            {
                continue;
            }

            Rejudge(incident, _losses.Dim(Reopening.Judge(incident, attack, alert, subject), incident.First, incident.LastTime), changes);
            if (!incident.IsClosed)
            {
                Close(incident, changes);
            }
        }
    }

    /// <summary>Something was lost around a time: what is open and happened then is no longer as sure.</summary>
    private void DimOpen(AlertTime time, List<IncidentChange> changes)
    {
        // Falco and we ourselves may tell of losses every second; the incidents that open meanwhile are dimmed as they are judged.
        if (_lastDimmed is { } last && (time - last).Duration() < DimmingPause)
        {
            return;
        }

        _lastDimmed = time;
        foreach (var incident in _open.Values)
        {
            var dimmed = _losses.Dim(incident.Judgement, incident.First, incident.LastTime);
            if (dimmed.Verdict != incident.Judgement.Verdict)
            {
                Rejudge(incident, dimmed, changes);
            }
            else
            {
                incident.Judgement = dimmed;
            }
        }
    }

    private void Close(OpenIncident incident, List<IncidentChange> changes)
    {
        incident.IsClosed = true;
        _open.Remove(incident.Key);
        ListOf(incident).Remove(incident.Place!);
        changes.Add(new IncidentChange(IncidentChangeKind.Closed, incident.Snapshot()));
    }

    private void Schedule(OpenIncident incident)
    {
        var due = incident.LastSeen + incident.QuietPeriod;
        if (incident.HasUntold && incident.TellFrom < due)
        {
            due = incident.TellFrom;
        }

        _due.Enqueue((incident, ++incident.Appointment), due.UnixNanoseconds);
    }

    private LinkedList<OpenIncident> ListOf(OpenIncident incident) =>
        incident.Judgement.Verdict == Verdict.Suspicious ? _suspicious : _ordinary;
}
