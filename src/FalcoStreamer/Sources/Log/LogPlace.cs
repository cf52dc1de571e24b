namespace FalcoStreamer.Sources.Log;

/// <summary>How far a log file has been read: kept in the same transaction as the alerts that were read until there.</summary>
/// <param name="Path">The file's path as it was found; with <paramref name="Inode"/> it says which file, also once it was renamed.</param>
/// <param name="Inode">The file's number in its file system.</param>
/// <param name="Offset">The first byte that is not read yet. Parts of a line that the container runtime had split count as not read until the line is whole.</param>
/// <param name="Fingerprint">A hash of the file's first bytes, to see that another file has got the same number; 0 while it is too short for one.</param>
/// <param name="IsGone">True when the file was read to its end and is no longer wanted: the place is forgotten.</param>
internal sealed record LogPlace(string Path, ulong Inode, long Offset, ulong Fingerprint, bool IsGone = false);
