using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;

namespace FalcoStreamer.Reporting;

/// <summary>
/// What can be said about an alert of a plugin's source (<c>k8s_audit</c>, <c>okta</c>, <c>github</c> …) that no knowledge explains: it is about no process and no container.
/// </summary>
internal static class PluginIncident
{
    public static string Explanation(Incident incident, string source)
    {
        if (AuditRequest.IsSourceOf(incident.First))
        {
            return "The API server's audit log has this request, and nothing known explains it, so it can be called neither harmless nor an attack. "
                + "What would decide it: whether that account had this to do at that time.";
        }

        return $"This is an alert of the source {source}, which Falco reads through a plugin: it is about no process, container or node of this cluster. "
            + "Nothing known explains it, so it can be called neither harmless nor an attack; Falco's sentence and the fields below say what happened.";
    }

    public static List<string> Actions(Incident incident, string source) => AuditRequest.From(incident.First) is { Account: { } account }
        ? [$"Ask whoever uses the account {account} whether it made this request at {Sentences.Moment(incident.FirstTime)}."]
        : [$"Look up this moment ({Sentences.Moment(incident.FirstTime)}) in the log of {source} itself: the alert was taken from there."];

    /// <summary>Commands with placeholders, which are filled like those of a behaviour.</summary>
    public static IReadOnlyList<string> Commands(Incident incident) => incident.Subject switch
    {
        { Name: not null } => ["kubectl -n {namespace} get pod {pod} -o yaml"],
        _ => [],
    };
}
