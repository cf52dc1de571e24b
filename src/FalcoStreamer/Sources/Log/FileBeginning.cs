using System.IO.Hashing;

namespace FalcoStreamer.Sources.Log;

/// <summary>
/// A file's first bytes, by which it is known again under another name, as a copy or compressed. They hold the time of the first line in
/// nanoseconds, so no two files of a log share them.
/// </summary>
/// <param name="bytes">At most <see cref="MostBytes"/>; fewer only when the file has no more.</param>
internal readonly struct FileBeginning(byte[] bytes)
{
    public const int MostBytes = 512;

    /// <summary>How many bytes there are.</summary>
    public int Length => bytes.Length;

    /// <summary>The fingerprint of a file that was read until <paramref name="offset"/>.</summary>
    public ulong Fingerprint(long offset) => XxHash3.HashToUInt64(bytes.AsSpan(0, (int)Math.Min(offset, bytes.Length)));

    /// <summary>Whether a file that begins so may be the one of a place.</summary>
    public bool Fits(long offset, ulong fingerprint) => bytes.Length >= Math.Min(offset, MostBytes) && Fingerprint(offset) == fingerprint;

    /// <summary>Whether a file that begins with <paramref name="now"/> is this one, which may have grown.</summary>
    public bool IsContinuedBy(ReadOnlySpan<byte> now) => now.StartsWith(bytes);

    /// <inheritdoc cref="IsContinuedBy(ReadOnlySpan{byte})"/>
    public bool IsContinuedBy(FileBeginning now) => IsContinuedBy(now.Span(now.Length));

    /// <summary>Whether one is the beginning of the other: a copy that may still be under way.</summary>
    public bool IsCopiedBy(FileBeginning other)
    {
        var common = Math.Min(Length, other.Length);
        return common > 0 && Span(common).SequenceEqual(other.Span(common));
    }

    private ReadOnlySpan<byte> Span(int length) => bytes.AsSpan(0, length);
}
