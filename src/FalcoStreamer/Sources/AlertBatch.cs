using FalcoStreamer.Alerts;
using FalcoStreamer.Sources.Log;

namespace FalcoStreamer.Sources;

/// <summary>What a source gives at once. Whoever comes back to it for the next batch has accepted this one: its alerts are where nothing loses them.</summary>
/// <param name="Alerts">In the order in which Falco said them; may be empty where only places have moved.</param>
/// <param name="Places">Where the source goes on after them, kept together with them; empty for a source that has no place.</param>
internal sealed record AlertBatch(IReadOnlyList<FalcoAlert> Alerts, IReadOnlyList<LogPlace> Places)
{
    /// <summary>Alerts of a source that has no place.</summary>
    public AlertBatch(IReadOnlyList<FalcoAlert> alerts) : this(alerts, [])
    {
    }
}
