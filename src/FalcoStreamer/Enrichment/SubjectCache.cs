using System.Diagnostics.CodeAnalysis;
using System.Text;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Enrichment;

/// <summary>Keeps the subjects of containers that alert again and again, so that their alerts share one object. For one thread.</summary>
internal sealed class SubjectCache(AgentTelemetry telemetry)
{
    private const int Capacity = 1024;

    private readonly Dictionary<ulong, Entry> _entries = [];

    /// <summary>The subject kept for a container, if nothing has changed since <paramref name="stamp"/> was taken.</summary>
    /// <param name="id">As Falco gives it.</param>
    /// <param name="bestId">The longest ID that Falco gives: with fewer digits than the subject was found by it could be another.</param>
    public bool TryGet(ulong key, ReadOnlySpan<byte> id, ReadOnlySpan<byte> bestId, long stamp, [NotNullWhen(true)] out Subject? subject)
    {
        subject = null;
        if (!_entries.TryGetValue(key, out var entry) || entry.Stamp != stamp
            || bestId.Length < entry.Digits || !IsPart(bestId, entry.FullId) || !Ascii.Equals(id, entry.Subject.ContainerId))
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
    /// <param name="fullId">The container's full ID.</param>
    /// <param name="digits">By how many of its digits it was found.</param>
    public Subject Keep(ulong key, long stamp, bool isFresh, Subject subject, string? fullId, int digits)
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

        _entries[key] = new Entry(subject, fullId, digits, stamp);
        return subject;
    }

    private static bool IsPart(ReadOnlySpan<byte> id, string fullId) =>
        id.Length <= fullId.Length && Ascii.EqualsIgnoreCase(id, fullId.AsSpan(0, id.Length));

    private static bool IsSame(Subject one, Subject other) =>
        ReferenceEquals(one.Pod, other.Pod) && ReferenceEquals(one.ContainerFacts, other.ContainerFacts)
        && one.Owner == other.Owner && ReferenceEquals(one.Revision, other.Revision) && one.ContainerId == other.ContainerId;

    /// <summary>A subject and what it was found by.</summary>
    private sealed record Entry(Subject Subject, string FullId, int Digits, long Stamp);
}
