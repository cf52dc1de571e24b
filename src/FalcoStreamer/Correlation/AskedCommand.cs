using FalcoStreamer.Alerts;

namespace FalcoStreamer.Correlation;

/// <summary>Compares the command that somebody asked the API server for with what Falco saw run.</summary>
internal static class AskedCommand
{
    private const int ProcessNameLength = 15;

    public static AttributionMatch Compare(AuditRequest request, FalcoAlert alert)
    {
        if (request.Command is not { Length: > 0 } asked)
        {
            return AttributionMatch.Time;
        }

        var blank = asked.IndexOf(' ', StringComparison.Ordinal);
        var (path, arguments) = blank < 0 ? (asked, "") : (asked[..blank], asked[blank..]);
        var name = path[(path.LastIndexOf('/') + 1)..];
        var process = name.Length > ProcessNameLength ? name[..ProcessNameLength] : name;
        var seen = alert.Field("proc.cmdline"u8).ToStringOrNull();
        if (request.IsWholeCommand)
        {
            return seen is not null && IsThat(seen, process, path, arguments) ? AttributionMatch.Command : AttributionMatch.Time;
        }

        var seenProcess = seen?.Split(' ', 2)[0] ?? alert.Field("proc.name"u8).ToStringOrNull();
        return seenProcess == process ? AttributionMatch.Program : AttributionMatch.Time;
    }

    /// <summary>Falco shows the process's name and its arguments; a script shows its own path again; a shell may replace itself by its only command.</summary>
    private static bool IsThat(string seen, string process, string path, string arguments) =>
        seen == process + arguments
        || seen == $"{process} {path}{arguments}"
        || (process is "sh" or "bash" or "ash" or "dash" && arguments.StartsWith(" -c ", StringComparison.Ordinal) && seen == arguments[" -c ".Length..]);
}
