using FalcoStreamer.Alerts;

namespace FalcoStreamer.Storage;

/// <summary>An alert that has been accepted: it is in the inbox until a <see cref="Turn"/> says what it led to.</summary>
/// <param name="Alert">What Falco said.</param>
/// <param name="Received">When it came in, by the node's clock.</param>
/// <param name="Source">The source that it came from.</param>
/// <param name="Number">Its place in the inbox.</param>
internal readonly record struct ReceivedAlert(FalcoAlert Alert, AlertTime Received, string Source, long Number);
