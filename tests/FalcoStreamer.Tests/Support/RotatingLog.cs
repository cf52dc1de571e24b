using System.Globalization;

namespace FalcoStreamer.Tests.Support;

/// <summary>
/// A Falco that writes numbered alerts into a log, and a kubelet that renames and compresses it, or a logrotate that copies and truncates it, in an
/// order that a seed decides.
/// </summary>
internal sealed class RotatingLog(string log, Random random, bool copies)
{
    private int _rotations;
    private string? _uncompressed;

    /// <summary>How many alerts there are.</summary>
    public int Written { get; private set; }

    /// <summary>Writes that many alerts, and rotates in between now and then.</summary>
    public void Live(int alerts)
    {
        while (alerts > 0)
        {
            var some = Math.Min(alerts, random.Next(1, 60));
            Write(log, some);
            alerts -= some;
            if (random.Next(6) == 0)
            {
                Rotate();
            }
        }
    }

    private void Write(string file, int count)
    {
        LogScene.Write(file, Enumerable.Range(Written, count));
        Written += count;
    }

    private void Rotate()
    {
        // The kubelet compresses the one before, then renames; the runtime goes on writing to the renamed file until it has opened the new one.
        if (_uncompressed is { } old)
        {
            LogScene.Compress(old);
        }

        _uncompressed = $"{log}.20260101-{_rotations++.ToString("d6", CultureInfo.InvariantCulture)}";
        if (copies)
        {
            LogScene.CopyAndTruncate(log, _uncompressed);
            return;
        }

        File.Move(log, _uncompressed);
        Write(_uncompressed, random.Next(3));
        LogScene.Write(log);
        Write(_uncompressed, random.Next(2));
    }
}
