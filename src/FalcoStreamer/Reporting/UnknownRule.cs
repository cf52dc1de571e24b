using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;

namespace FalcoStreamer.Reporting;

/// <summary>What an alert says by itself when nothing is known of its rule: a user's own, or one that is newer than this program.</summary>
internal static class UnknownRule
{
    private const int MaxTags = 8;
    private const int MaxValueBytes = 120;

    /// <summary>One paragraph from priority, tags and fields alone.</summary>
    public static string Explanation(Incident incident)
    {
        var alert = incident.First;
        var tags = alert.Tags.Take(MaxTags).Select(tag => Utf8Cut.To(tag.ToString(), MaxValueBytes)).ToList();
        var tagged = tags.Count == 0 ? "without tags" : $"with the tag{(tags.Count == 1 ? "" : "s")} {Sentences.List(tags)}";
        return $"FalcoStreamer does not know the rule \"{Utf8Cut.To(alert.Rule, MaxValueBytes)}\" and so cannot say what it looks for. "
            + $"The alert alone says: priority {alert.Priority.Word()}, {tagged}.{Event(alert)}";
    }

    private static string Event(FalcoAlert alert)
    {
        var (process, target) = (Short(alert, "proc.name"), Short(alert, "fd.name"));
        var plugin = alert.SourceText is { IsPresent: true } source && !source.Is("syscall"u8)
            ? $" It comes from Falco's source {Utf8Cut.To(source.ToString(), MaxValueBytes)}, not from a system call."
            : "";
        var what = (alert.Value("evt.type"), process, target) switch
        {
            ("execve" or "execveat", not null, _) => $"{process} was started",
            ("open" or "openat" or "openat2" or "creat", not null, not null) => $"{process} opened {target}",
            ("connect" or "accept" or "accept4" or "sendto" or "sendmsg" or "recvfrom" or "recvmsg", not null, not null) => $"{process} used the connection {target}",
            ({ } call, not null, _) => $"{process} made the system call {Utf8Cut.To(call, MaxValueBytes)}",
            _ => null,
        };
        return what is null ? plugin : $"{plugin} It was raised when {what}.";
    }

    private static string? Short(FalcoAlert alert, string field) => alert.Value(field) is { } value ? Utf8Cut.To(value, MaxValueBytes) : null;
}
