namespace FalcoStreamer.Sources.Replay;

/// <summary>
/// The part of a stream that is in memory: read from the front, filled at the back, never larger than one alert may be.
/// </summary>
internal sealed class FileWindow(Stream stream, int maxLength)
{
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>What is in memory and not yet taken.</summary>
    public ReadOnlyMemory<byte> Unread => _buffer.AsMemory(_start, _end - _start);

    /// <summary>Whether <see cref="Unread"/> is as long as an alert may be and still not whole.</summary>
    public bool IsFull => _end - _start >= maxLength;

    public void Take(int count) => _start += count;

    /// <summary>Reads more behind <see cref="Unread"/>, which moves; false at the end of the stream.</summary>
    public async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        if (_start > 0)
        {
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellation);
        _end += read;
        return read > 0;
    }
}
