namespace FalcoStreamer.Sources.Log;

/// <summary>The places that have changed since the last batch, each once.</summary>
internal sealed class LogLedger
{
    private readonly Dictionary<(string, ulong), LogPlace> _changed = [];

    /// <summary>Whether one of them should not wait for the next alert: it says more than that lines were passed over.</summary>
    public bool IsUrgent { get; private set; }

    public void Set(LogPlace place, bool isUrgent)
    {
        _changed[(place.Path, place.Inode)] = place;
        IsUrgent |= isUrgent;
    }

    public IReadOnlyList<LogPlace> TakeAll()
    {
        LogPlace[] places = [.. _changed.Values];
        _changed.Clear();
        IsUrgent = false;
        return places;
    }
}
