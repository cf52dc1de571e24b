using FalcoStreamer.Alerts;

namespace FalcoStreamer.Pipeline;

/// <summary>An alert on its way through the agent.</summary>
/// <param name="Alert">What Falco said.</param>
/// <param name="Received">When it came in, by the node's clock.</param>
/// <param name="Source">The source that it came from.</param>
internal readonly record struct ReceivedAlert(FalcoAlert Alert, AlertTime Received, string Source);
