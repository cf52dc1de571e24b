using FalcoStreamer.Alerts;

namespace FalcoStreamer.Storage;

/// <summary>How far an open incident has come. With the alerts that were kept for it, it is what the incident is rebuilt from after a restart.</summary>
/// <param name="Id">The incident's ID.</param>
/// <param name="Count">How many alerts it has.</param>
/// <param name="LastTime">The time of its last alert, by Falco's clock.</param>
/// <param name="LastSeen">When that alert came.</param>
/// <param name="SampleCounts">How often each of its kept alerts was seen, in their order.</param>
/// <param name="HasUntold">Whether its growth was not told yet.</param>
internal sealed record IncidentState(
    string Id, long Count, AlertTime LastTime, AlertTime LastSeen, IReadOnlyList<long> SampleCounts, bool HasUntold);
