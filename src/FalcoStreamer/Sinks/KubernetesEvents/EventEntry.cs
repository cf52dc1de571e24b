using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;

namespace FalcoStreamer.Sinks.KubernetesEvents;

/// <summary>
/// What the sink knows of one Event: which incidents it counts, what still has to be written, and what the API server has.
/// Its texts are not kept once they are written.
/// </summary>
/// <param name="founder">The incident that the Event is named after.</param>
internal sealed class EventEntry(Incident founder)
{
    private const int MostMembers = 32;

    private readonly List<Member> _members = [];
    private long _settled;

    /// <summary>The ID of the incident that the Event is named after.</summary>
    public string FounderId { get; } = founder.Id;

    public AlertTime FirstTime { get; private set; } = founder.FirstTime;

    public AlertTime LastTime { get; private set; } = founder.LastTime;

    /// <summary>What must be the same for a benign incident to be the same thing again.</summary>
    public string RepeatKey { get; } = RepeatKeyOf(founder);

    /// <summary>The alerts of all incidents that the Event stands for.</summary>
    public long Count => _settled + _members.Sum(member => member.Count);

    /// <summary>The latest state, until it is written; null when nothing waits, or nothing but the count.</summary>
    public ReportRecord? Latest { get; set; }

    /// <summary>The incidents whose end waits to be written.</summary>
    public List<string> Ended { get; } = [];

    /// <summary>Whether something waits to be written.</summary>
    public bool IsDue { get; set; }

    /// <summary>Whether the budget has held it back since it became due.</summary>
    public bool IsHeldBack { get; set; }

    /// <summary>Whether a benign incident of the same kind may be counted here: the founder has closed as benign.</summary>
    public bool TakesRepeats { get; private set; }

    /// <summary>Where the Event is; null until its first text is made.</summary>
    public (string Namespace, string Name)? Place { get; set; }

    /// <summary>The object whose budget it uses.</summary>
    public string ObjectKey { get; set; } = "";

    /// <summary>What the API server has; null when it has no such Event as far as we know.</summary>
    public WrittenState? Written { get; set; }

    /// <summary>Whether waiting would be wrong: what is Critical, or has just become suspicious, may use the reserve.</summary>
    public bool IsUrgent =>
        Latest?.Report.Incident is { } incident
        && (incident.Priority <= Priority.Critical
            || (incident.Judgement.Verdict == Verdict.Suspicious && Written?.Verdict != Verdict.Suspicious));

    public static string RepeatKeyOf(Incident incident) =>
        $"{incident.Subject.Key}\n{incident.Judgement.Behaviour?.Id ?? incident.First.Rule}";

    /// <summary>Takes in an incident's newest state.</summary>
    /// <returns>The ID of an incident that the entry stops telling apart, to bound its memory; its count stays.</returns>
    public string? Add(ReportRecord record)
    {
        var incident = record.Report.Incident;
        var isClosed = record.Change == IncidentChangeKind.Closed;
        if (incident.Id == FounderId)
        {
            TakesRepeats = isClosed && incident.Judgement.Verdict == Verdict.Benign;
            FirstTime = incident.FirstTime;
        }

        LastTime = incident.LastTime > LastTime ? incident.LastTime : LastTime;
        // As long as the founder's own texts wait, a repeat has nothing to add to them but its count.
        Latest = incident.Id != FounderId && Latest?.Report.Incident.Id == FounderId ? Latest : record;
        if (isClosed && !Ended.Contains(incident.Id, StringComparer.Ordinal))
        {
            Ended.Add(incident.Id);
        }

        var index = _members.FindIndex(member => member.Id == incident.Id);
        if (index >= 0)
        {
            _members[index] = new Member(incident.Id, incident.Count, isClosed);
            return null;
        }

        _members.Add(new Member(incident.Id, incident.Count, isClosed));
        return _members.Count > MostMembers ? Settle() : null;
    }

    /// <summary>Stops counting an incident, which gets an Event of its own.</summary>
    public void Remove(string incidentId) => _members.RemoveAll(member => member.Id == incidentId);

    /// <summary>The incidents that it can still tell apart.</summary>
    public IEnumerable<string> Members => _members.Select(member => member.Id);

    private string Settle()
    {
        var oldest = Math.Max(0, _members.FindIndex(member => member.IsClosed && member.Id != FounderId));
        var settled = _members[oldest];
        _settled += settled.Count;
        _members.RemoveAt(oldest);
        return settled.Id;
    }

    private readonly record struct Member(string Id, long Count, bool IsClosed);
}

/// <summary>What the API server has of an Event.</summary>
/// <param name="Digest">Of the patch that would write its texts, to see whether they have changed.</param>
/// <param name="IsSettled">Whether it was closed as benign when its texts were written: from then on only its numbers change.</param>
internal sealed record WrittenState(Verdict Verdict, long Count, AlertTime LastTime, UInt128 Digest, bool IsSettled);
