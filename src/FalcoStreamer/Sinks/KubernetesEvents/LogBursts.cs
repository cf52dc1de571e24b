namespace FalcoStreamer.Sinks.KubernetesEvents;

/// <summary>Says when a burst of the same loss begins: loss is counted every time and logged once a burst.</summary>
internal sealed class LogBursts(TimeProvider clock)
{
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, long> _begun = [];

    /// <summary>Whether nothing of this kind was logged for a while.</summary>
    /// <param name="kind">From a closed set.</param>
    public bool IsNew(string kind)
    {
        var isNew = !_begun.TryGetValue(kind, out var begun) || clock.GetElapsedTime(begun) >= Length;
        if (isNew)
        {
            _begun[kind] = clock.GetTimestamp();
        }

        return isNew;
    }
}
