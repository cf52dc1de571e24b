using FalcoStreamer.Alerts;

namespace FalcoStreamer.Storage;

/// <summary>
/// Records that wait for a sink, written as the sink will send them: a record costs neither an object nor a row of its own.
/// </summary>
/// <param name="Sink">The sink's name.</param>
/// <param name="Priority">The priority of all its alerts: where room is short, the least serious go first.</param>
/// <param name="Records">How many records it holds.</param>
/// <param name="Oldest">When the first of them came in.</param>
/// <param name="Bytes">What only its sink understands.</param>
/// <param name="Number">Its place in the outbox, later ones have higher numbers; 0 until it is there.</param>
internal sealed record OutboxChunk(string Sink, Priority Priority, int Records, AlertTime Oldest, ReadOnlyMemory<byte> Bytes, long Number = 0);
