using System.Globalization;
using System.Text;
using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Reporting;

/// <summary>
/// Fills the placeholders of a behaviour's texts from an incident. A text one of whose placeholders has no value is not filled at all:
/// a report has no holes.
/// </summary>
/// <remarks>
/// Besides the names in <see cref="PlaceholderNames.All"/> every field of the first alert can be named, e.g. <c>{proc.exepath}</c>. Braces around anything that
/// is not such a name stay as they are: <c>-o jsonpath={.metadata.labels}</c>, <c>awk '{print $1}'</c>.
/// </remarks>
internal sealed class Placeholders(Incident incident)
{
    private const int MaxProseValueBytes = 256;
    private const int MaxHeadlineValueLength = 60;
    private const string UnknownDirectory = "<UNKNOWN>";

    /// <summary>The text for people, values as they are; null when one is missing.</summary>
    public string? Prose(string text) => Fill(text, static (value, _) => Utf8Cut.To(value, MaxProseValueBytes));

    /// <summary>The same with each value short, so that the whole stays one line.</summary>
    public string? Headline(string text) => Fill(text, static (value, _) => Short(value));

    /// <summary>The text as a command for a POSIX shell, each value quoted where it must be; null when one is missing or cannot be quoted.</summary>
    public string? Shell(string text) => Fill(text, ShellWord.From);

    /// <summary>The value of one placeholder; null when the incident has none.</summary>
    public string? ValueOf(string name)
    {
        var subject = incident.Subject;
        var alert = incident.First;
        var isNode = subject.Kind == SubjectKind.Node;
        var value = name switch
        {
            "subject" => SubjectPhrase.Of(subject),
            "namespace" => isNode ? null : subject.Namespace,
            "pod" => isNode ? null : subject.Name,
            "container" => subject.Container,
            "container.id" => subject.ContainerId,
            "image" => subject.Image,
            "node" => subject.Node ?? (isNode ? subject.Name : null),
            "owner" => SubjectPhrase.OwnerName(subject),
            "owner.kind" => subject.Owner?.Kind,
            "owner.name" => subject.Owner?.Name,
            "serviceAccount" => subject.Pod?.ServiceAccount,
            "command" => alert.Value("proc.cmdline"),
            "process" => alert.Value("proc.name"),
            "parent" => alert.Value("proc.pname"),
            "user" => alert.Value("user.name"),
            "rule" => alert.Rule,
            "priority" => incident.Priority.Word(),
            "count" => incident.Count.ToString(CultureInfo.InvariantCulture),
            "time" or "firstTime" => Sentences.Moment(incident.FirstTime),
            "lastTime" => Sentences.Moment(incident.LastTime),
            "spec" => SpecWord(incident.Judgement.SpecPlace),
            "who" => People.Who(incident),
            "audit.user" => People.Account(incident),
            "from" => Sentences.Moment(incident.FirstTime + TimeSpan.FromMinutes(-2)),
            "until" => Sentences.Moment(incident.LastTime + TimeSpan.FromMinutes(1)),
            _ => alert.Value(name),
        };
        return string.IsNullOrEmpty(value) ? null : value;
    }

    /// <summary>A place in the specification as people call it.</summary>
    private static string? SpecWord(string? place) => place switch
    {
        "startupProbe" => "startup probe",
        "livenessProbe" => "liveness probe",
        "readinessProbe" => "readiness probe",
        "entrypoint" => "start command",
        "initCommand" => "init command",
        "preHookAnnotation" => "pre-backup hook",
        "postHookAnnotation" => "post-backup hook",
        _ => place,
    };

    /// <summary>In a headline the mark of <see cref="Utf8Cut"/> would take the room that the sentence needs.</summary>
    private static string Short(string raw)
    {
        // Falco's word for a directory that it does not know, before the file's name.
        var value = raw.Length > UnknownDirectory.Length && raw.StartsWith(UnknownDirectory, StringComparison.Ordinal) ? raw[UnknownDirectory.Length..] : raw;
        if (value.Length <= MaxHeadlineValueLength)
        {
            return value;
        }

        var end = char.IsHighSurrogate(value[MaxHeadlineValueLength - 1]) ? MaxHeadlineValueLength - 1 : MaxHeadlineValueLength;
        return value[..end].TrimEnd() + "…";
    }

    private string? Fill(string text, Func<string, char, string?> write)
    {
        var filled = new StringBuilder(text.Length + 64);
        var position = 0;
        var quote = '\0';
        foreach (var match in PlaceholderNames.Pattern().EnumerateMatches(text))
        {
            var before = text.AsSpan(position, match.Index - position);
            quote = ShellWord.QuoteAfter(before, quote);
            if (ValueOf(text.Substring(match.Index + 1, match.Length - 2)) is not { } value || write(value, quote) is not { } written)
            {
                return null;
            }

            filled.Append(before).Append(written);
            position = match.Index + match.Length;
        }

        return filled.Append(text, position, text.Length - position).ToString();
    }
}
