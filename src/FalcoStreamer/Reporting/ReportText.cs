using FalcoStreamer.Alerts;

namespace FalcoStreamer.Reporting;

/// <summary>
/// The one door between what Falco said and what a person reads: every renderer takes its texts through it.
/// </summary>
/// <remarks>Text is masked before it is neutralised; masking secrets belongs here and nowhere else.</remarks>
internal static class ReportText
{
    /// <summary>No value in a report is longer, whatever a process put on its command line.</summary>
    public const int MaxValueBytes = 2048;

    /// <summary>One line that is safe to show.</summary>
    public static string Line(string text, int maxBytes = MaxValueBytes) => Utf8Cut.To(NeutralText.OneLine(text), maxBytes);

    /// <summary>Several lines that are safe to show.</summary>
    public static string Lines(string text) => NeutralText.Lines(text);

    /// <summary>A field's value; null when it is absent or empty.</summary>
    public static string? Value(this FalcoAlert alert, string field)
    {
        var value = alert.Field(field);
        return value.Span.IsEmpty ? null : value.ToString();
    }
}
