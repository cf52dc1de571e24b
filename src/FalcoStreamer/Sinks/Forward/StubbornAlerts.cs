namespace FalcoStreamer.Sinks.Forward;

/// <summary>
/// Tells an alert at which the receiver fails from a receiver that fails: otherwise a single alert that makes it answer 500 would hold up all
/// that come after it, for ever. For several callers at a time.
/// </summary>
internal sealed class StubbornAlerts
{
    /// <summary>How often an alert that others have overtaken is tried: a few minutes, with the pauses of the queue.</summary>
    public const int MostTries = 10;

    private readonly Lock _gate = new();
    private readonly Dictionary<ForwardPlace, Tries> _failed = [];

    /// <summary>The alerts that have failed so far: what is sent from now on and taken overtakes them.</summary>
    public IReadOnlyList<ForwardPlace> Failed
    {
        get
        {
            lock (_gate)
            {
                return _failed.Count == 0 ? [] : [.. _failed.Keys];
            }
        }
    }

    /// <summary>An alert was taken that was sent after <paramref name="failed"/> had failed.</summary>
    public void Overtaken(IReadOnlyList<ForwardPlace> failed)
    {
        lock (_gate)
        {
            foreach (var id in failed)
            {
                if (_failed.TryGetValue(id, out var tries))
                {
                    _failed[id] = tries with { IsOvertaken = true };
                }
            }
        }
    }

    /// <summary>The receiver failed at an alert once more; true when it is to be given up.</summary>
    public bool HasFailed(ForwardPlace id)
    {
        lock (_gate)
        {
            var tries = _failed.GetValueOrDefault(id);
            _failed[id] = tries with { Count = tries.Count + 1 };
            return tries.IsOvertaken && tries.Count + 1 >= MostTries;
        }
    }

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _failed.Clear();
        }
    }

    private readonly record struct Tries(int Count, bool IsOvertaken);
}
