using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FalcoStreamer.Sources.Log;

/// <summary>What the file system says of a file: above all which one it is, which .NET does not tell.</summary>
/// <param name="Device">The file system.</param>
/// <param name="Inode">The file's number in it; it stays when the file is renamed, and is given again when the file is no more.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Modified">When it was written to last, in nanoseconds since 1970.</param>
/// <param name="IsFile">Whether it is a regular file.</param>
internal readonly partial record struct FileFacts(ulong Device, ulong Inode, long Length, long Modified, bool IsFile)
{
    // statx(2), whose answer has the same layout on every architecture.
    private const int CurrentDirectory = -100;
    private const int EmptyPath = 0x1000;
    private const uint BasicFacts = 0x7ff;
    private const int AnswerLength = 256;
    private const int NoEntry = 2;
    private const int NoDirectory = 20;
    private const int NotPermitted = 1;
    private const int AccessDenied = 13;

    /// <summary>The facts of what the path leads to, through symbolic links; null when there is nothing.</summary>
    /// <exception cref="UnauthorizedAccessException">A directory on the way may not be entered.</exception>
    /// <exception cref="IOException">The file system failed.</exception>
    public static FileFacts? Of(string path)
    {
        Span<byte> answer = stackalloc byte[AnswerLength];
        if (Statx(CurrentDirectory, path, 0, BasicFacts, ref MemoryMarshal.GetReference(answer)) == 0)
        {
            return Read(answer);
        }

        return Marshal.GetLastPInvokeError() is NoEntry or NoDirectory ? null : throw Failure(path);
    }

    /// <summary>The facts of an open file, also when it has no name any more.</summary>
    /// <exception cref="IOException">The file system failed.</exception>
    public static FileFacts Of(SafeFileHandle file)
    {
        Span<byte> answer = stackalloc byte[AnswerLength];
        return Statx(file, "", EmptyPath, BasicFacts, ref MemoryMarshal.GetReference(answer)) == 0 ? Read(answer) : throw Failure("an open file");
    }

    private static FileFacts Read(ReadOnlySpan<byte> answer)
    {
        var mode = MemoryMarshal.Read<ushort>(answer[28..]);
        var device = ((ulong)MemoryMarshal.Read<uint>(answer[136..]) << 32) | MemoryMarshal.Read<uint>(answer[140..]);
        var modified = (MemoryMarshal.Read<long>(answer[112..]) * 1_000_000_000) + MemoryMarshal.Read<uint>(answer[120..]);
        return new FileFacts(
            device, MemoryMarshal.Read<ulong>(answer[32..]), MemoryMarshal.Read<long>(answer[40..]), modified, (mode & 0xf000) == 0x8000);
    }

    private static Exception Failure(string path)
    {
        var error = Marshal.GetLastPInvokeError();
        var message = $"{path}: {Marshal.GetPInvokeErrorMessage(error)}";
        return error is AccessDenied or NotPermitted ? new UnauthorizedAccessException(message) : new IOException(message, error);
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, ref byte answer);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(SafeFileHandle file, string path, int flags, uint mask, ref byte answer);
}
