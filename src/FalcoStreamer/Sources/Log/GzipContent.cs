using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace FalcoStreamer.Sources.Log;

/// <summary>A file that rotation has compressed. Offsets are those of what it unpacks to, so that a place survives the compression.</summary>
internal sealed class GzipContent : ILogContent
{
    private readonly FileStream _file;
    private readonly GZipStream _unpacked;
    private FileBeginning? _beginning;

    // What was unpacked and is not behind the reader yet.
    private byte[] _window = new byte[64 * 1024];
    private long _windowOffset;
    private int _windowLength;

    public GzipContent(SafeFileHandle file)
    {
        _file = new FileStream(file, FileAccess.Read, bufferSize: 0);
        _unpacked = new GZipStream(_file, CompressionMode.Decompress);
    }

    public long Length => _file.Length;

    public bool IsClosed => true;

    public int Read(long offset, Span<byte> into)
    {
        _beginning ??= ReadBeginning();
        while (_windowOffset + _windowLength <= offset)
        {
            _windowOffset += _windowLength;
            _windowLength = 0;
            if (!Fill())
            {
                return 0;
            }
        }

        Forget((int)(offset - _windowOffset));
        while (_windowLength < into.Length && Fill())
        {
            // More behind it.
        }

        var count = Math.Min(into.Length, _windowLength);
        _window.AsSpan(0, count).CopyTo(into);
        return count;
    }

    public FileBeginning ReadBeginning()
    {
        if (_beginning is { } known)
        {
            return known;
        }

        while (_windowLength < FileBeginning.MostBytes && Fill())
        {
            // More of it.
        }

        var beginning = new FileBeginning(_window[..Math.Min(_windowLength, FileBeginning.MostBytes)]);
        _beginning = beginning;
        return beginning;
    }

    public bool StillBeginsWith(FileBeginning beginning) => true;

    public void Dispose()
    {
        _unpacked.Dispose();
        _file.Dispose();
    }

    private void Forget(int count)
    {
        Buffer.BlockCopy(_window, count, _window, 0, _windowLength - count);
        _windowOffset += count;
        _windowLength -= count;
    }

    private bool Fill()
    {
        if (_windowLength == _window.Length)
        {
            Array.Resize(ref _window, _window.Length * 2);
        }

        var read = _unpacked.Read(_window, _windowLength, _window.Length - _windowLength);
        _windowLength += read;
        return read > 0;
    }
}
