using System.Diagnostics.CodeAnalysis;
using System.Text;
using FalcoStreamer.Alerts;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Enrichment;

/// <summary>Keeps the subjects of containers that alert again and again, so that their alerts share one object. For one thread.</summary>
internal sealed class SubjectCache(AgentTelemetry telemetry)
{
    private const int Capacity = 1024;

    private readonly Dictionary<ulong, Entry> _entries = [];

    /// <summary>The subject kept for a container, if nothing has changed since <paramref name="stamp"/> was taken.</summary>
    /// <param name="fullId">Falco's full ID; absent where it is not configured to say it.</param>
    public bool TryGet(ulong key, Utf8Text id, Utf8Text fullId, long stamp, [NotNullWhen(true)] out Subject? subject)
    {
        subject = null;
        if (!_entries.TryGetValue(key, out var entry) || entry.Stamp != stamp
            || !IsPart(id.Span, entry.FullId) || !IsPart(fullId.Span, entry.FullId) || !Ascii.Equals(id.Span, entry.Subject.ContainerId))
        {
            return false;
        }

        subject = entry.Subject;
        return true;
    }

    /// <summary>
    /// Keeps a subject, or gives the one that was kept when nothing in it has changed, so that all alerts share it.
    /// </summary>
    /// <param name="isFresh">False where it can become wrong without a change of the stamp; then it is not kept.</param>
    public Subject Keep(ulong key, long stamp, bool isFresh, Subject subject, string? fullId)
    {
        if (!isFresh || fullId is null)
        {
            _entries.Remove(key);
            return subject;
        }

        if (_entries.TryGetValue(key, out var entry) && IsSame(entry.Subject, subject))
        {
            subject = entry.Subject;
        }
        else if (entry is null && _entries.Count == Capacity)
        {
            // Cheaper than an order of use that every alert would have to keep; a node has a tenth of that many containers.
            _entries.Clear();
            telemetry.Forgotten("subjects");
        }

        _entries[key] = new Entry(subject, fullId, stamp);
        return subject;
    }

    private static bool IsPart(ReadOnlySpan<byte> id, string fullId) =>
        id.Length <= fullId.Length && Ascii.EqualsIgnoreCase(id, fullId.AsSpan(0, id.Length));

    private static bool IsSame(Subject one, Subject other) =>
        ReferenceEquals(one.Pod, other.Pod) && ReferenceEquals(one.ContainerFacts, other.ContainerFacts)
        && one.Owner == other.Owner && one.ContainerId == other.ContainerId;

    /// <summary>A subject and what it was found by.</summary>
    private sealed record Entry(Subject Subject, string FullId, long Stamp);
}
