namespace FalcoStreamer.Reporting;

/// <summary>
/// Brings the exceptions of many incidents together: what differs in values alone becomes one entry, so that a workload with many harmless
/// incidents has one list. Holds at most <see cref="MaxTuples"/> combinations.
/// </summary>
internal sealed class ExceptionCollection
{
    /// <summary>How many combinations of values are kept.</summary>
    public const int MaxTuples = 10_000;

    private readonly OrderedDictionary<(string Rule, string Behaviour, string Fields), Merged> _entries = [];
    private int _tuples;

    /// <summary>How many combinations found no place.</summary>
    public long LeftOut { get; private set; }

    public void Add(IReadOnlyList<ExceptionEntry> entries)
    {
        foreach (var entry in entries)
        {
            var key = (entry.Rule, entry.Behaviour, string.Join(',', entry.Fields));
            if (!_entries.TryGetValue(key, out var merged))
            {
                merged = new Merged(entry, [], []);
                _entries[key] = merged;
            }

            foreach (var tuple in entry.Tuples)
            {
                Add(merged, tuple);
            }
        }
    }

    /// <summary>Everything as one YAML document; null when nothing was added.</summary>
    public string? ToYaml() => FalcoException.ToYaml([.. _entries.Values.Select(merged => merged.First with { Tuples = merged.Tuples })]);

    private void Add(Merged merged, string[] tuple)
    {
        if (_tuples >= MaxTuples)
        {
            LeftOut++;
            return;
        }

        if (merged.Known.Add(string.Join('\0', tuple)))
        {
            merged.Tuples.Add(tuple);
            _tuples++;
        }
    }

    private sealed record Merged(ExceptionEntry First, List<string[]> Tuples, HashSet<string> Known);
}
