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
    private readonly Dictionary<ulong, int[]> _whole;
    private readonly int _longestWhole;
    private readonly GramTable? _long;
    private readonly GramTable? _short;

    public FieldClues(IReadOnlyList<(Clue Clue, int Item)> clues)
    {
        _question = clues[0].Clue.Question;
        var whole = clues.Where(entry => entry.Clue.IsWhole).Select(entry => (Bytes: Encoding.UTF8.GetBytes(entry.Clue.Text), entry.Item)).ToList();
        _longestWhole = whole.Count == 0 ? -1 : whole.Max(entry => entry.Bytes.Length);
        // Two texts with one hash give a candidate too many, which is then asked and says no.
        _whole = whole.GroupBy(entry => XxHash3.HashToUInt64(entry.Bytes), entry => entry.Item).ToDictionary(group => group.Key, group => group.Distinct().ToArray());
        _long = Table(4, clues.Where(entry => !entry.Clue.IsWhole && Encoding.UTF8.GetByteCount(entry.Clue.Text) >= 4));
        _short = Table(2, clues.Where(entry => !entry.Clue.IsWhole && Encoding.UTF8.GetByteCount(entry.Clue.Text) < 4));
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

    private static GramTable? Table(int size, IEnumerable<(Clue Clue, int Item)> clues)
    {
        var texts = clues.Select(entry => (entry.Clue.Text, entry.Item)).ToList();
        return texts.Count == 0 ? null : new GramTable(size, texts);
    }

    private void FindIn(Fact fact, Candidates found)
    {
        if (!fact.IsKnown)
        {
            return;
        }

        if (fact.TryGetUtf8(out var utf8))
        {
            FindIn(utf8, found);
            return;
        }

        var most = Encoding.UTF8.GetMaxByteCount(fact.MaxCharCount);
        var rented = most > MostOnStack ? ArrayPool<byte>.Shared.Rent(most) : null;
        var buffer = rented ?? stackalloc byte[MostOnStack];
        FindIn(buffer[..fact.Encode(buffer)], found);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private void FindIn(ReadOnlySpan<byte> value, Candidates found)
    {
        if (value.Length <= _longestWhole && _whole.TryGetValue(XxHash3.HashToUInt64(value), out var items))
        {
            found.Add(items);
        }

        _long?.Find(value, found);
        _short?.Find(value, found);
    }
}
