using FalcoStreamer.Alerts;

namespace FalcoStreamer.Correlation;

/// <summary>
/// Knows which of many things an alert can be: those that need no clue, and those of which it holds one. All others would say nothing.
/// </summary>
/// <remarks>Made once; what finding costs depends on the alert's length and on what is found, not on how much is known. For one caller at a time.</remarks>
internal sealed class ClueIndex
{
    private readonly int[] _always;
    private readonly FieldClues[] _falcoFields;
    private readonly FieldNames _falcoNames;
    private readonly int[] _falcoPlaces;
    private readonly FieldClues[] _otherFields;
    private readonly Candidates _found;

    /// <param name="items">The clues of each thing; null for one that is always a candidate.</param>
    public ClueIndex(IReadOnlyList<ClueSet?> items)
    {
        _found = new Candidates(items.Count);
        _always = [.. items.Index().Where(entry => entry.Item is null).Select(entry => entry.Index)];
        var fields = items.Index()
            .SelectMany(entry => (entry.Item?.Any ?? []).Select(clue => (Clue: clue, Item: entry.Index)))
            .GroupBy(entry => entry.Clue.Question.Field, StringComparer.Ordinal)
            .Select(group => new FieldClues([.. group]))
            .ToLookup(field => field.FalcoField is not null);
        _falcoFields = [.. fields[true]];
        _falcoNames = new FieldNames([.. _falcoFields.Select(field => field.FalcoField!)]);
        _falcoPlaces = new int[_falcoFields.Length];
        _otherFields = [.. fields[false]];
    }

    /// <summary>How many must be tried on every alert.</summary>
    public int AlwaysTried => _always.Length;

    /// <summary>The numbers of the candidates in ascending order; valid until the next call.</summary>
    public Candidates Find(Facts facts)
    {
        _found.Clear();
        _found.Add(_always);
        facts.Alert.Locate(_falcoNames, _falcoPlaces);
        for (var i = 0; i < _falcoFields.Length; i++)
        {
            _falcoFields[i].Find(Fact.From(facts.Alert.FieldAt(_falcoPlaces[i])), _found);
        }

        foreach (var field in _otherFields)
        {
            field.Find(facts, _found);
        }

        _found.Sort();
        return _found;
    }
}
