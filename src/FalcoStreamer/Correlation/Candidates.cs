namespace FalcoStreamer.Correlation;

/// <summary>Numbers that were found, each once and in their order. Used again and again, so that finding allocates nothing.</summary>
internal sealed class Candidates(int count)
{
    private readonly int[] _seen = new int[count];
    private readonly List<int> _found = [];
    private int _round;

    public int Count => _found.Count;

    public int this[int index] => _found[index];

    public void Clear()
    {
        _found.Clear();
        if (++_round == int.MaxValue)
        {
            Array.Clear(_seen);
            _round = 1;
        }
    }

    public void Add(ReadOnlySpan<int> items)
    {
        foreach (var item in items)
        {
            if (_seen[item] != _round)
            {
                _seen[item] = _round;
                _found.Add(item);
            }
        }
    }

    public void Sort() => _found.Sort();
}
