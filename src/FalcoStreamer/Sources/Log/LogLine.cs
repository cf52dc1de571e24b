using System.Text.Json;

namespace FalcoStreamer.Sources.Log;

/// <summary>What a line of a log is.</summary>
internal enum LogLineKind
{
    /// <summary>It holds an object, which may be an alert.</summary>
    Object,

    /// <summary>It is the beginning of a line that the container runtime split.</summary>
    Part,

    /// <summary>It is something else that was logged.</summary>
    Other,
}

/// <summary>
/// A line of Falco's output as it is, or as the container runtime wrote it: <c>TIME stdout F {…}</c> (contracts/falco.md, "Falco's own log").
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text without what the runtime put before it.</param>
/// <param name="EndsParts">Whether it ends a line that <see cref="LogLineKind.Part"/>s began: the runtime wrote it whole, from standard output.</param>
internal readonly record struct LogLine(LogLineKind Kind, ReadOnlyMemory<byte> Text, bool EndsParts)
{
    public static LogLine Read(ReadOnlyMemory<byte> line)
    {
        // Blanks at the end stay: where a line was split, they are part of the text.
        line = line.TrimStart(" \t\r\0"u8).TrimEnd("\r\0"u8);
        if (TryReadRuntimePrefix(line.Span, out var prefix, out var isStdout, out var isPart))
        {
            var text = line[prefix..];
            var kind = !isStdout ? LogLineKind.Other : isPart ? LogLineKind.Part : KindOf(text.Span);
            return new LogLine(kind, text, EndsParts: isStdout && !isPart);
        }

        return new LogLine(KindOf(line.Span), line, EndsParts: false);
    }

    private static LogLineKind KindOf(ReadOnlySpan<byte> text) =>
        text.Length > 0 && (text[0] == '{' || (text[0] == '[' && IsJson(text))) ? LogLineKind.Object : LogLineKind.Other;

    /// <summary>A list where an object belongs is a mistake to be told; <c>[info] …</c> is a log line.</summary>
    private static bool IsJson(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text);
        try
        {
            reader.Read();
            reader.Skip();
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool TryReadRuntimePrefix(ReadOnlySpan<byte> line, out int length, out bool isStdout, out bool isPart)
    {
        (length, isStdout, isPart) = (0, false, false);
        var end = line.IndexOf((byte)' ');
        // "2025-01-01T10:00:00.123456789Z"; Falco's own text lines begin with a time too, but no stream follows it.
        if (end < 20 || line[0] is < (byte)'0' or > (byte)'9' || line[10] != 'T')
        {
            return false;
        }

        var rest = line[(end + 1)..];
        isStdout = rest.StartsWith("stdout "u8);
        if ((!isStdout && !rest.StartsWith("stderr "u8)) || rest.Length < 9 || rest[7] is not ((byte)'F' or (byte)'P') || rest[8] != ' ')
        {
            return false;
        }

        isPart = rest[7] == 'P';
        length = end + 1 + 9;
        return true;
    }
}
