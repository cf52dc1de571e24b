using System.Buffers;
using System.IO.Hashing;
using System.Text;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Correlation;

/// <summary>The clues that are looked for in one field.</summary>
internal sealed class FieldClues
{
    private const int MostOnStack = 512;

    private readonly FieldPredicate _question;

    // The same texts twice: for texts of ours, and by their hash for those that Falco sent.
    private readonly Dictionary<string, int[]> _whole;
    private readonly Dictionary<ulong, int[]> _wholeByHash;
    private readonly int _longestWhole;
    private readonly GramTable? _longParts;
    private readonly ShortTexts? _shortParts;

    public FieldClues(IReadOnlyList<(Clue Clue, int Item)> clues)
    {
        _question = clues[0].Clue.Question;
        _whole = clues.Where(entry => entry.Clue.IsWhole)
            .GroupBy(entry => entry.Clue.Text, entry => entry.Item, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Distinct().ToArray(), StringComparer.Ordinal);
        _longestWhole = _whole.Keys.Select(Encoding.UTF8.GetByteCount).DefaultIfEmpty(-1).Max();
        // Two texts with one hash give a candidate too many, which is then asked and says no.
        _wholeByHash = _whole.GroupBy(entry => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(entry.Key)), entry => entry.Value)
            .ToDictionary(group => group.Key, group => group.SelectMany(items => items).Distinct().ToArray());
        var parts = clues.Where(entry => !entry.Clue.IsWhole)
            .GroupBy(entry => entry.Clue.Text, entry => entry.Item, StringComparer.Ordinal)
            .Select(group => new WantedText(Encoding.UTF8.GetBytes(group.Key), [.. group.Distinct()]))
            .ToLookup(text => text.Utf8.Length >= GramTable.ShortestText);
        _longParts = parts[true].Any() ? new GramTable([.. parts[true]]) : null;
        _shortParts = parts[false].Any() ? new ShortTexts([.. parts[false]]) : null;
    }

    /// <summary>The name of the Falco field in which they are looked for; null for something else.</summary>
    public string? FalcoField => FactNames.IsFalcoField(_question.Field) ? _question.Field[FactNames.AlertPrefix.Length..] : null;

    /// <summary>Adds what one of the clues in this field points to.</summary>
    public void Find(Facts facts, Candidates found) => Find(facts.Of(_question), found);

    /// <summary>Adds what one of the clues in the field's value points to.</summary>
    public void Find(Fact fact, Candidates found)
    {
        if (!fact.IsSet)
        {
            FindIn(fact, found);
            return;
        }

        for (var i = 0; i < fact.Count; i++)
        {
            FindIn(fact.Element(i), found);
        }
    }

    private void FindIn(Fact fact, Candidates found)
    {
        if (!fact.IsKnown)
        {
            return;
        }

        if (fact.TryGetUtf8(out var utf8))
        {
            if (utf8.Length <= _longestWhole && _wholeByHash.TryGetValue(XxHash3.HashToUInt64(utf8), out var items))
            {
                found.Add(items);
            }

            FindParts(utf8, found);
            return;
        }

        if (_longestWhole >= 0 && _whole.TryGetValue(fact.ToString(), out var equal))
        {
            found.Add(equal);
        }

        if (_longParts is not null || _shortParts is not null)
        {
            Encode(fact, found);
        }
    }

    private void Encode(Fact fact, Candidates found)
    {
        var most = Encoding.UTF8.GetMaxByteCount(fact.MaxCharCount);
        var rented = most > MostOnStack ? ArrayPool<byte>.Shared.Rent(most) : null;
        var buffer = rented ?? stackalloc byte[MostOnStack];
        FindParts(buffer[..fact.Encode(buffer)], found);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private void FindParts(ReadOnlySpan<byte> value, Candidates found)
    {
        _longParts?.Find(value, found);
        _shortParts?.Find(value, found);
    }
}
