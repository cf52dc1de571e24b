using Microsoft.Win32.SafeHandles;

namespace FalcoStreamer.Sources.Log;

/// <summary>A file that may still be written to.</summary>
internal sealed class PlainContent(SafeFileHandle file) : ILogContent
{
    public long Length => RandomAccess.GetLength(file);

    public bool IsClosed => false;

    public int Read(long offset, Span<byte> into)
    {
        var filled = 0;
        while (filled < into.Length && RandomAccess.Read(file, into[filled..], offset + filled) is > 0 and var read)
        {
            filled += read;
        }

        return filled;
    }

    public FileBeginning ReadBeginning()
    {
        var bytes = new byte[FileBeginning.MostBytes];
        return new FileBeginning(bytes[..Read(0, bytes)]);
    }

    public bool StillBeginsWith(FileBeginning beginning)
    {
        Span<byte> now = stackalloc byte[FileBeginning.MostBytes];
        return beginning.IsContinuedBy(now[..Read(0, now)]);
    }

    public void Dispose() => file.Dispose();
}
