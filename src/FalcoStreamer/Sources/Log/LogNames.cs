using System.Globalization;

namespace FalcoStreamer.Sources.Log;

/// <summary>What the names of log files say: which are rotated files of a log, and which of them is older (contracts/falco.md, "Falco's own log").</summary>
internal static class LogNames
{
    // What is still being written, and what we cannot unpack.
    private static readonly string[] NotReadable = [".tmp", ".xz", ".bz2", ".zst"];

    /// <summary>Whether <paramref name="name"/> is a rotated file of the log <paramref name="log"/>: <c>0.log.20250101-100000.gz</c>, <c>falco.log.1</c>, <c>falco.log-20250101</c>.</summary>
    public static bool IsRotated(string log, string name) =>
        name.Length > log.Length + 1
        && name.StartsWith(log, StringComparison.Ordinal)
        && name[log.Length] is '.' or '-'
        && !NotReadable.Any(ending => name.EndsWith(ending, StringComparison.Ordinal));

    public static bool IsCompressed(string name) => name.EndsWith(".gz", StringComparison.Ordinal);

    /// <summary>Orders the files of a log: the oldest first, the log itself last.</summary>
    public static int CompareAge(string log, string left, string right)
    {
        var leftMark = Mark(log, left);
        var rightMark = Mark(log, right);
        if (leftMark.Length == 0 || rightMark.Length == 0)
        {
            return leftMark.Length == rightMark.Length ? 0 : leftMark.Length == 0 ? 1 : -1;
        }

        // Numbers count from the newest, times from the oldest.
        return TryNumber(leftMark, out var leftNumber) && TryNumber(rightMark, out var rightNumber)
            ? rightNumber.CompareTo(leftNumber)
            : leftMark.CompareTo(rightMark, StringComparison.Ordinal);
    }

    /// <summary>Whether <paramref name="names"/> has the log of a later start of the same container: <c>1.log</c> after <c>0.log</c>.</summary>
    public static bool HasSuccessor(string log, IEnumerable<string> names) =>
        TryStart(log, out var start) && names.Any(name => TryStart(name, out var other) && other > start);

    private static bool TryStart(string name, out int start)
    {
        start = 0;
        return name.EndsWith(".log", StringComparison.Ordinal) && TryNumber(name.AsSpan(0, name.Length - ".log".Length), out start);
    }

    private static ReadOnlySpan<char> Mark(string log, string name)
    {
        var mark = name.AsSpan(Math.Min(name.Length, log.Length + 1));
        return IsCompressed(name) ? mark[..^3] : mark;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out int number)
    {
        number = 0;
        return text.Length <= 5 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
