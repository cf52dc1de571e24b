using System.Buffers;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using FalcoStreamer.Alerts;
using FalcoStreamer.Sources.Replay;

namespace FalcoStreamer.Sources;

/// <summary>
/// The alerts of a finished file: one JSON object a line, as Falco writes them or inside the container runtime's lines, or a JSON list of them;
/// <c>.gz</c> of either (contracts/cli.md). Memory holds one alert at a time.
/// </summary>
/// <param name="file">The file's name; <c>-</c> is standard input.</param>
/// <param name="open">Opens it.</param>
/// <param name="findings">Takes what is not an alert.</param>
internal sealed class ReplaySource(string file, Func<Stream> open, ReplayFindings findings)
{
    /// <summary>The alerts, in the order of the file.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be read, or is a directory.</exception>
    public async IAsyncEnumerable<FalcoAlert> ReadAsync([EnumeratorCancellation] CancellationToken stop)
    {
        await using var stream = Unpack(open());
        var window = new FileWindow(stream, ReplayLimits.MaxAlertBytes);
        if (!await TryFillAsync(window, stop))
        {
            yield break;
        }

        var isList = ListItems.IsList(window.Unread.Span);
        var items = isList ? ListItems.ReadAsync(window, stop) : LineItems.ReadAsync(window, stop);
        var parts = new ArrayBufferWriter<byte>();
        var line = 0L;
        await using var walk = items.GetAsyncEnumerator(stop);
        while (await NextAsync(walk, line))
        {
            line = walk.Current.Line;
            if (walk.Current.Problem is { } problem)
            {
                findings.Bad(file, line, problem);
            }
            else if (TryRead(walk.Current, isList, parts, out var alert))
            {
                findings.Alerts++;
                yield return alert;
            }
        }

        if (parts.WrittenCount > 0)
        {
            findings.Bad(file, line, "the file ends in the middle of a line that the container runtime had split");
        }
    }

    private bool TryRead(FileItem item, bool isList, ArrayBufferWriter<byte> parts, out FalcoAlert alert)
    {
        alert = null!;
        if ((isList ? item.Bytes : TextOf(item, parts)) is not { Length: > 0 } text)
        {
            return false;
        }

        try
        {
            // The alert keeps its bytes, so it gets its own.
            alert = FalcoAlert.FromJson(text.ToArray());
            return true;
        }
        catch (AlertFormatException exception)
        {
            findings.Bad(file, item.Line, exception.Message);
            return false;
        }
        finally
        {
            parts.ResetWrittenCount();
        }
    }

    /// <summary>The text of a line that should be an alert, joined with the parts before it; empty for any other line.</summary>
    private ReadOnlyMemory<byte> TextOf(FileItem item, ArrayBufferWriter<byte> parts)
    {
        var line = LogLine.Read(item.Bytes);
        if (line.Kind == LogLineKind.Part || (line.EndsParts && parts.WrittenCount > 0))
        {
            if (parts.WrittenCount + line.Text.Length > ReplayLimits.MaxAlertBytes)
            {
                findings.Bad(file, item.Line, ReplayLimits.TooLong);
                parts.ResetWrittenCount();
                return default;
            }

            parts.Write(line.Text.Span);
            return line.Kind == LogLineKind.Part ? default : parts.WrittenMemory;
        }

        if (line.Kind == LogLineKind.Other)
        {
            findings.OtherLines += line.Text.Length > 0 ? 1 : 0;
            return default;
        }

        return line.Text;
    }

    /// <summary>Damaged compressed data ends the file like a line that breaks off: what was read before stands.</summary>
    private async ValueTask<bool> NextAsync(IAsyncEnumerator<FileItem> walk, long line)
    {
        try
        {
            return await walk.MoveNextAsync();
        }
        catch (InvalidDataException exception)
        {
            findings.Bad(file, line + 1, $"the compressed data is damaged here: {exception.Message}");
            return false;
        }
    }

    /// <summary>Reads enough to see what the file is; false when it is not what its name says.</summary>
    private async ValueTask<bool> TryFillAsync(FileWindow window, CancellationToken stop)
    {
        try
        {
            while (window.Unread.Span.Trim(" \t\r\n"u8).Length < 2 && !window.IsFull && await window.FillAsync(stop))
            {
                // A file may begin with empty lines.
            }

            return true;
        }
        catch (InvalidDataException exception)
        {
            findings.Bad(file, 1, $"this is not gzip data: {exception.Message}");
            return false;
        }
    }

    private Stream Unpack(Stream stream) => file.EndsWith(".gz", StringComparison.Ordinal)
        ? new GZipStream(stream, CompressionMode.Decompress)
        : stream;
}
