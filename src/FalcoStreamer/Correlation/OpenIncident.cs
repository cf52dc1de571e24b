using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using FalcoStreamer.Alerts;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Storage;

namespace FalcoStreamer.Correlation;

/// <summary>An incident that may still grow: what the <see cref="Correlator"/> keeps of it.</summary>
internal sealed class OpenIncident
{
    /// <summary>How many alerts that differ in rule or command are kept.</summary>
    private const int MaxSamples = 8;

    private readonly List<AlertId> _alerts = [];
    private readonly List<(FalcoAlert Alert, Utf8Text Command, long Count)> _samples = [];
    private readonly List<string> _rules = [];
    private readonly int _maxAlertIds;
    private readonly FalcoAlert _first;
    private Priority _priority;
    private long _count;
    private AlertTime _firstTime;

    public OpenIncident(CauseKey key, FalcoAlert first, Subject subject, Judgement judgement, TimeSpan quietPeriod, int maxAlertIds)
    {
        Key = key;
        Id = MakeId(key, first);
        _first = first;
        _firstTime = first.Time;
        _priority = first.Priority;
        _maxAlertIds = maxAlertIds;
        Subject = subject;
        Judgement = judgement;
        QuietPeriod = quietPeriod;
        LastTime = first.Time;
    }

    public CauseKey Key { get; }

    public string Id { get; }

    /// <summary>Its first alert.</summary>
    public FalcoAlert First => _first;

    public Subject Subject { get; private set; }

    /// <summary>What it is taken for; who was behind it stays known when that changes.</summary>
    public Judgement Judgement
    {
        get;
        set => field = value.Attribution is null && field is { Attribution: { } known } ? known.Apply(value) : value;
    }

    public TimeSpan QuietPeriod { get; set; }

    /// <summary>The time of the last alert, by Falco's clock.</summary>
    public AlertTime LastTime { get; private set; }

    /// <summary>When the last alert came, by the clock of whoever drives the correlator.</summary>
    public AlertTime LastSeen { get; private set; }

    /// <summary>Alerts that joined since the last change was told.</summary>
    public bool HasUntold { get; set; }

    /// <summary>When growth is told next.</summary>
    public AlertTime TellFrom { get; set; }

    /// <summary>How long to wait after telling growth; it doubles, so that a storm costs few changes and a pair is told at once.</summary>
    public TimeSpan TellPause { get; set; }

    /// <summary>The number of its last appointment with the time: an earlier one no longer counts.</summary>
    public int Appointment { get; set; }

    public bool IsClosed { get; set; }

    /// <summary>The incident that leads the story of which this one is a part; null where there is none.</summary>
    public OpenIncident? Leader { get; set; }

    /// <summary>Where it stands in the order of eviction.</summary>
    public LinkedListNode<OpenIncident>? Place { get; set; }

    /// <summary>Takes an alert in; true where it is kept as one that differs from those before it.</summary>
    public bool Add(FalcoAlert alert, Subject subject, AlertTime now)
    {
        _count++;
        LastSeen = now;
        if (alert.Time > LastTime)
        {
            LastTime = alert.Time;
        }

        if (alert.Time < _firstTime)
        {
            _firstTime = alert.Time;
        }

        if (alert.Priority < _priority)
        {
            _priority = alert.Priority;
        }

        // The pod's state may have moved on; the newest is what a report should compare with.
        Subject = subject;
        if (_alerts.Count < _maxAlertIds)
        {
            _alerts.Add(alert.Id);
        }

        AddRule(alert.Rule);
        return AddSample(alert);
    }

    /// <summary>How far it has come.</summary>
    public IncidentState State() => new(Id, _count, LastTime, LastSeen, [.. _samples.Select(sample => sample.Count)], HasUntold);

    /// <summary>Goes on where it was: <paramref name="state"/> counts alerts that are no longer here.</summary>
    public void Restore(IncidentState state)
    {
        _count = Math.Max(_count, state.Count);
        LastTime = state.LastTime > LastTime ? state.LastTime : LastTime;
        LastSeen = state.LastSeen > LastSeen ? state.LastSeen : LastSeen;
        HasUntold = state.HasUntold;
        for (var i = 0; i < _samples.Count && i < state.SampleCounts.Count; i++)
        {
            var (sample, command, count) = _samples[i];
            _samples[i] = (sample, command, Math.Max(count, state.SampleCounts[i]));
        }
    }

    public Incident Snapshot() => new()
    {
        Id = Id,
        Subject = Subject,
        Judgement = Judgement,
        First = _first,
        Rules = [.. _rules],
        Priority = _priority,
        Count = _count,
        FirstTime = _firstTime,
        LastTime = LastTime,
        Samples = [.. _samples.Select(sample => new AlertSample(sample.Alert, sample.Count))],
        Alerts = [.. _alerts],
    };

    private static string MakeId(CauseKey key, FalcoAlert first)
    {
        var text = Encoding.UTF8.GetBytes($"{key.Subject}\0{key.Cause}\0{first.Id}");
        Span<byte> hash = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(hash, XxHash128.HashToUInt128(text));
        return Convert.ToHexStringLower(hash);
    }

    private void AddRule(string rule)
    {
        if (_rules.Count < MaxSamples && !_rules.Contains(rule, StringComparer.Ordinal))
        {
            _rules.Add(rule);
        }
    }

    private bool AddSample(FalcoAlert alert)
    {
        var command = alert.Field("proc.cmdline"u8);
        for (var i = 0; i < _samples.Count; i++)
        {
            var (sample, known, count) = _samples[i];
            if (sample.RuleText.Equals(alert.RuleText) && known.Span.SequenceEqual(command.Span))
            {
                _samples[i] = (sample, known, count + 1);
                return false;
            }
        }

        if (_samples.Count >= MaxSamples)
        {
            return false;
        }

        _samples.Add((alert, command, 1));
        return true;
    }
}

/// <summary>What makes alerts one incident: the same subject, and the same behaviour or else the same rule and program.</summary>
internal readonly record struct CauseKey(string Subject, string Cause);
