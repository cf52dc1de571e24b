using System.Globalization;
using System.IO.Hashing;
using FalcoStreamer.Alerts;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Correlation;

/// <summary>Finds one alert, the same rule, program and command, on pods of several owners of one node. Pure and bounded.</summary>
internal sealed class SpreadTracker(BehaviourLibrary library, int maxAlerts)
{
    private const int MaxOwners = 16;

    private readonly RecentlyUsed<Sightings> _alerts = new(maxAlerts);

    /// <summary>How many alerts were forgotten because there were too many different ones.</summary>
    public long Evictions => _alerts.Evictions;

    /// <summary>Takes an alert that nothing explains; returns the spread that it is part of, or null.</summary>
    public CompletedSequence? Add(Facts facts, FalcoAlert alert, Subject subject, OpenIncident incident)
    {
        // A pod of which nobody knows the owner may be of the same one.
        if (subject.Kind != SubjectKind.Pod || subject.Pod is null)
        {
            return null;
        }

        for (var i = 0; i < library.Spreads.Count; i++)
        {
            var spread = library.Spreads[i];
            if (!PredicateEvaluator.IsInScope(spread, facts))
            {
                continue;
            }

            var sightings = _alerts.Get(KeyOf(i, alert), static () => new Sightings());
            var owner = OwnerOf(subject);
            var line = new StoryLine(alert.Time, $"the same unexplained alert of {owner}", alert.Rule, alert.Id, subject, Command: StoryLine.CommandOf(alert));
            sightings.Add(owner, new StepTaken(line, incident), spread.Window);
            if (sightings.ByOwner.Count >= spread.MinimumOwners)
            {
                return new CompletedSequence(spread, [.. sightings.ByOwner.Values.OrderBy(step => step.Line.Time)], sightings.Lead);
            }
        }

        return null;
    }

    private static string OwnerOf(Subject subject) =>
        subject.Owner is { } owner ? $"{subject.Namespace}/{owner.Kind}/{owner.Name}" : $"{subject.Namespace}/Pod/{subject.Name}";

    private static string KeyOf(int spread, FalcoAlert alert)
    {
        var hash = new XxHash128();
        hash.Append(alert.HostnameText.Span);
        hash.Append("\0"u8);
        hash.Append(alert.RuleText.Span);
        hash.Append("\0"u8);
        hash.Append(alert.Field("proc.name"u8).Span);
        hash.Append("\0"u8);
        hash.Append(alert.Field("proc.cmdline"u8).Span);
        return string.Create(CultureInfo.InvariantCulture, $"{spread}/{hash.GetCurrentHashAsUInt128():x}");
    }

    private sealed class Sightings
    {
        public Dictionary<string, StepTaken> ByOwner { get; } = new(StringComparer.Ordinal);

        public Lead Lead { get; } = new();

        /// <summary>Keeps the first sighting of each owner within the window.</summary>
        public void Add(string owner, StepTaken step, TimeSpan window)
        {
            foreach (var (old, taken) in ByOwner)
            {
                if ((step.Line.Time - taken.Line.Time).Duration() > window)
                {
                    ByOwner.Remove(old);
                }
            }

            if (ByOwner.Count < MaxOwners)
            {
                ByOwner.TryAdd(owner, step);
            }
        }
    }
}
