namespace FalcoStreamer.Correlation;

/// <summary>Where an alert has gone.</summary>
/// <param name="Incident">The incident that it belongs to.</param>
/// <param name="IsSample">Whether the incident keeps it, because it differs in rule or command from those before it.</param>
internal readonly record struct Placement(OpenIncident Incident, bool IsSample);
