namespace FalcoStreamer.Sources.Replay;

/// <summary>A piece of a file that may be an alert.</summary>
/// <param name="Line">The line on which it begins, from 1.</param>
/// <param name="Bytes">Its bytes; good until the next item is read.</param>
/// <param name="Problem">Why it cannot be one, or null.</param>
internal readonly record struct FileItem(long Line, ReadOnlyMemory<byte> Bytes, string? Problem = null);
