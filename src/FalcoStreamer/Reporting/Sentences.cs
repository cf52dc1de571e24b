using System.Globalization;
using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;

namespace FalcoStreamer.Reporting;

/// <summary>Small joints between texts that were written apart.</summary>
internal static class Sentences
{
    private const int MostUnseen = 4;

    /// <summary>The text as a sentence of its own: with a full stop unless it ends in a mark.</summary>
    public static string WithStop(string text)
    {
        var trimmed = text.TrimEnd();
        return trimmed.Length == 0 || ".!?:…".Contains(trimmed[^1], StringComparison.Ordinal) ? trimmed : trimmed + ".";
    }

    /// <summary>The text without the full stop at its end, to stand inside another sentence.</summary>
    public static string WithoutStop(string text) => text.TrimEnd().TrimEnd('.');

    /// <summary>The text with a capital at its beginning, unless its first word is a name with digits or marks in it.</summary>
    public static string Capitalised(string text)
    {
        var firstWord = text.AsSpan(0, text.IndexOf(' ', StringComparison.Ordinal) is var end and > 0 ? end : text.Length);
        foreach (var character in firstWord)
        {
            if (!char.IsAsciiLetter(character))
            {
                return text;
            }
        }

        return text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
    }

    /// <summary>E.g. <c>1 alert</c>, <c>2 alerts</c>.</summary>
    public static string Alerts(long count) => string.Create(CultureInfo.InvariantCulture, $"{count} alert{(count == 1 ? "" : "s")}");

    /// <summary>E.g. <c>suspicious (an imitation), confidence 0.97</c>; of something that nothing speaks for or against only the word.</summary>
    public static string VerdictOf(Judgement judgement)
    {
        var imitation = judgement.IsImitation ? " (an imitation)" : "";
        var confidence = judgement.Confidence > 0 ? $", confidence {Number(judgement.Confidence)}" : "";
        return $"{judgement.Verdict.Word()}{imitation}{confidence}";
    }

    /// <summary>A moment for a sentence and for commands, to the second below: <c>2025-01-01T10:00:00Z</c>.</summary>
    public static string Moment(AlertTime time) => $"{time.ToString().AsSpan(0, 19)}Z";

    /// <summary>E.g. <c>a, b and c</c>.</summary>
    public static string List(IReadOnlyList<string> items) => items.Count switch
    {
        0 => "",
        1 => items[0],
        _ => string.Join(", ", items.Take(items.Count - 1)) + " and " + items[^1],
    };

    /// <summary>What could not be seen, the first of it by name: e.g. <c>the parent process (proc.pname), whether there was a terminal (proc.tty) and 9 more</c>.</summary>
    public static string Unseen(Judgement judgement) => judgement.Unseen.Count <= MostUnseen + 1
        ? List(judgement.Unseen)
        : string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", judgement.Unseen.Take(MostUnseen))} and {judgement.Unseen.Count - MostUnseen} more");

    /// <summary>A weight or confidence, as short as it can be told.</summary>
    public static string Number(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
