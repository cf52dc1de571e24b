namespace FalcoStreamer.Sources.Log;

/// <summary>
/// How far a file of a log has been read: kept in the same transaction as the alerts that were read until there. A later place with the same
/// <paramref name="Path"/> and <paramref name="Inode"/> replaces an earlier one.
/// </summary>
/// <param name="Path">The log's path, which stays when rotation renames the file.</param>
/// <param name="Inode">The file's number in its file system, which stays too.</param>
/// <param name="Offset">
/// The first byte that is not read yet, in a <c>.gz</c> of what it unpacks to. Parts of a line that the container runtime had split count as not
/// read until the line is whole.
/// </param>
/// <param name="Fingerprint">A hash of the file's first bytes, at most 512 and at most <paramref name="Offset"/>: it finds a copy, and shows that another file has got the same number.</param>
/// <param name="IsFinished">True when nobody writes to the file any more and it was read to its end: nothing is lost when rotation removes it.</param>
/// <param name="IsGone">True when the file is no more: the place is forgotten.</param>
internal sealed record LogPlace(string Path, ulong Inode, long Offset, ulong Fingerprint, bool IsFinished = false, bool IsGone = false);
