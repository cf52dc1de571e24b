using System.Text;

namespace FalcoStreamer.Alerts;

/// <summary>
/// How serious Falco calls an alert. The numbers are those of <c>falco.schema.priority</c>: the lower, the more serious.
/// </summary>
internal enum Priority
{
    Emergency = 0,
    Alert = 1,
    Critical = 2,
    Error = 3,
    Warning = 4,
    Notice = 5,
    Informational = 6,
    Debug = 7,
}

/// <summary>Reads priorities as Falco writes them.</summary>
internal static class PriorityWords
{
    private static readonly string[] Words = Enum.GetNames<Priority>();

    /// <summary>Every word Falco uses, the most serious first.</summary>
    public static string All { get; } = string.Join(", ", Words);

    /// <summary>Falco's word for <paramref name="priority"/>, e.g. <c>Warning</c>.</summary>
    public static string Word(this Priority priority) => Words[(int)priority];

    /// <summary>Reads a word in any case; <c>Info</c> and <c>Information</c> are Falco's own short forms of Informational.</summary>
    public static bool TryRead(ReadOnlySpan<byte> word, out Priority priority)
    {
        for (var number = 0; number < Words.Length; number++)
        {
            if (Ascii.EqualsIgnoreCase(word, Words[number]))
            {
                priority = (Priority)number;
                return true;
            }
        }

        priority = Priority.Informational;
        return Ascii.EqualsIgnoreCase(word, "info"u8) || Ascii.EqualsIgnoreCase(word, "information"u8);
    }
}
