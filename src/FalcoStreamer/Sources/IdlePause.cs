namespace FalcoStreamer.Sources;

/// <summary>
/// How long Falco may be silent before it is asked again: hardly at all after an alert, since more often follow, and longer and longer
/// while there are none. This pause is the delay between an alert and its arrival.
/// </summary>
internal sealed class IdlePause
{
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(100);

    public TimeSpan Current { get; private set; } = Shortest;

    public bool IsShortest => Current == Shortest;

    /// <summary>Falco was asked and had nothing.</summary>
    public void Lengthen() => Current = Current * 2 < Longest ? Current * 2 : Longest;

    /// <summary>An alert came.</summary>
    public void Reset() => Current = Shortest;
}
