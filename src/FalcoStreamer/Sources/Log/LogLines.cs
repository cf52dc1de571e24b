using System.Buffers;
using FalcoStreamer.Alerts;

namespace FalcoStreamer.Sources.Log;

/// <summary>Makes alerts of one file's text: cuts lines, joins those that the container runtime split, and leaves out what Falco only logs.</summary>
/// <param name="bad">Told of a line that should have been an alert: where in the block it begins, and why it is none.</param>
internal sealed class LogLines(Action<int, string> bad)
{
    /// <summary>The longest alert in bytes, as for a body over HTTP.</summary>
    public const int MaxAlertBytes = 1024 * 1024;

    /// <summary>How many alerts are read at once.</summary>
    public const int MostAlerts = 512;

    private const string TooLong = "it is longer than 1 MiB";

    private readonly ArrayBufferWriter<byte> _parts = new();
    private Skip _skip;

    /// <summary>What is left out until it ends, because it is too long.</summary>
    private enum Skip
    {
        Nothing,
        Line,
        Parts,
    }

    /// <summary>Lines without an object in what was read last.</summary>
    public int OtherLines { get; private set; }

    /// <summary>Reads a block that begins where the last one was read to.</summary>
    /// <param name="isEnd">Whether nothing can follow it: its last line counts although no line end follows.</param>
    /// <returns>How many bytes were read; those of a line, or of parts of one, that is not whole are not.</returns>
    public int Read(ReadOnlyMemory<byte> block, bool isEnd, List<FalcoAlert> alerts)
    {
        var (next, done, partsBegin, others) = (0, 0, -1, 0);
        OtherLines = 0;
        _parts.ResetWrittenCount();
        while (next < block.Length && alerts.Count < MostAlerts)
        {
            var begin = next;
            var length = block.Span[next..].IndexOf((byte)'\n');
            if (length < 0 && !isEnd)
            {
                // The rest of a line that is too long need not be read again.
                return _skip == Skip.Line ? block.Length : done;
            }

            length = length < 0 ? block.Length - next : length;
            next = Math.Min(begin + length + 1, block.Length);
            if (_skip == Skip.Line)
            {
                _skip = Skip.Nothing;
            }
            else
            {
                ReadLine(LogLine.Read(block.Slice(begin, length)), begin, ref partsBegin, ref others, alerts);
            }

            if (partsBegin < 0)
            {
                done = next;
                OtherLines = others;
            }
        }

        if (isEnd && partsBegin >= 0 && next == block.Length)
        {
            bad(partsBegin, "the file ends in the middle of it");
            return block.Length;
        }

        return done;
    }

    /// <summary>Gives up a line of which a block as large as may be holds only the beginning.</summary>
    /// <returns>How many bytes of the block are thereby read.</returns>
    public int GiveUp(ReadOnlySpan<byte> block)
    {
        bad(0, TooLong);
        var end = block.LastIndexOf((byte)'\n');
        _skip = end < 0 ? Skip.Line : Skip.Parts;
        return end < 0 ? block.Length : end + 1;
    }

    private void ReadLine(LogLine line, int begin, ref int partsBegin, ref int others, List<FalcoAlert> alerts)
    {
        if (_skip == Skip.Parts && (line.Kind == LogLineKind.Part || line.EndsParts))
        {
            _skip = line.EndsParts ? Skip.Nothing : Skip.Parts;
        }
        else if (line.Kind == LogLineKind.Part || (line.EndsParts && partsBegin >= 0))
        {
            partsBegin = partsBegin < 0 ? begin : partsBegin;
            if (_parts.WrittenCount + line.Text.Length > MaxAlertBytes)
            {
                bad(partsBegin, TooLong);
                _skip = line.EndsParts ? Skip.Nothing : Skip.Parts;
                partsBegin = -1;
                _parts.ResetWrittenCount();
                return;
            }

            _parts.Write(line.Text.Span);
            if (line.EndsParts)
            {
                Take(_parts.WrittenSpan, partsBegin, ref others, alerts);
                partsBegin = -1;
                _parts.ResetWrittenCount();
            }
        }
        else if (line.Kind == LogLineKind.Object && line.Text.Length > MaxAlertBytes)
        {
            bad(begin, TooLong);
        }
        else if (line.Kind == LogLineKind.Object)
        {
            Take(line.Text.Span, begin, ref others, alerts);
        }
        else
        {
            others += line.Text.Length > 0 ? 1 : 0;
        }
    }

    private void Take(ReadOnlySpan<byte> text, int begin, ref int others, List<FalcoAlert> alerts)
    {
        if (text.Length == 0 || text[0] is not ((byte)'{' or (byte)'['))
        {
            others++;
            return;
        }

        try
        {
            // The alert keeps its bytes, so it gets its own.
            alerts.Add(FalcoAlert.FromJson(text.ToArray()));
        }
        catch (AlertFormatException exception)
        {
            bad(begin, exception.Message);
        }
    }
}
