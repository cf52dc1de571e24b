using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Reporting;

/// <summary>
/// What can honestly be said about an incident that no knowledge explains: what happened, what would decide it, and where to look.
/// </summary>
internal static class UnknownIncident
{
    /// <summary>E.g. <c>Falco's rule "Write below root" fired for touch in container main of pod lab/web-0; nothing known explains it</c>.</summary>
    public static string Headline(Incident incident)
    {
        if (IsFalcoItself(incident))
        {
            return $"Falco reports about itself on {Place(incident)}: \"{incident.First.Rule}\"";
        }

        var process = incident.First.Value("proc.name");
        var actor = process is null ? "" : $" for {Utf8Cut.To(process, 64)}";
        var ending = incident.Judgement.Verdict == Verdict.Suspicious ? "the evidence speaks against it" : "nothing known explains it";
        return $"Falco's rule \"{Utf8Cut.To(incident.First.Rule, 96)}\" fired{actor} {SubjectPhrase.Within(incident.Subject)}; {ending}";
    }

    public static string Explanation(Incident incident)
    {
        if (IsFalcoItself(incident))
        {
            return "This is Falco's word about its own state, not about a process. It matters when events were dropped: then Falco saw less than there was.";
        }

        if (incident.Subject.Source is { } source)
        {
            return PluginIncident.Explanation(incident, source);
        }

        var unseen = incident.Judgement.Unseen;
        var decides = unseen.Count > 0
            ? $"What would decide it: {Sentences.List([.. unseen.Select(Sentences.WithoutStop)])}."
            : $"What would decide it: whether {Action(incident)} belongs to the normal work of {Worker(incident)}.";
        return $"Nothing known explains this, so it can be called neither harmless nor an attack. {decides}";
    }

    public static List<string> Actions(Incident incident)
    {
        var subject = incident.Subject;
        if (IsFalcoItself(incident))
        {
            return IsLoss(incident)
                ? [$"Falco lost events on {Place(incident)}, so silence there proves nothing: give Falco more CPU or a larger buf_size_preset in its configuration under engine."]
                : [];
        }

        if (subject.Source is { } source)
        {
            return PluginIncident.Actions(incident, source);
        }

        var parent = incident.First.Value("proc.pname") is { } name ? $", started by {name}," : "";
        return subject.Kind switch
        {
            SubjectKind.Node =>
                [$"Find out on {Place(incident)} whether {Action(incident)}{parent} was an administrator's or the system's own work."],
            _ when subject.Name is not null =>
            [
                $"Ask who owns {Worker(incident)} whether {Action(incident)}{parent} belongs to its work.",
                $"If it was not the workload itself, look into the API server's audit log for pods/exec on {SubjectPhrase.PodName(subject)} around {incident.FirstTime}.",
            ],
            _ => [$"Find the pod behind container {subject.ContainerId ?? "(no ID given)"} first: on {Place(incident)} the container runtime knows its labels."],
        };
    }

    /// <summary>Commands with placeholders, which are filled like those of a behaviour.</summary>
    public static IReadOnlyList<string> Commands(Incident incident) => incident.Subject switch
    {
        _ when IsFalcoItself(incident) => [],
        { Source: not null } => PluginIncident.Commands(incident),
        { Kind: SubjectKind.Node } => ["kubectl describe node {node}"],
        { Resolution: Resolution.Deleted } =>
            ["kubectl -n {namespace} get events --field-selector involvedObject.name={pod}", "kubectl -n {namespace} get {owner} -o yaml"],
        { Name: not null } =>
            ["kubectl -n {namespace} get pod {pod} -o yaml", "kubectl -n {namespace} logs {pod} -c {container} --timestamps --since-time={time}"],
        _ => ["crictl inspect {container.id}"],
    };

    private static bool IsFalcoItself(Incident incident) => incident.First.SourceText.Is("internal"u8);

    private static bool IsLoss(Incident incident) => incident.First.RuleText.Span.IndexOf("drop"u8) >= 0;

    private static string Action(Incident incident) =>
        incident.First.Value("proc.cmdline") is { } command ? $"\"{Utf8Cut.To(command, 120)}\"" : $"what the rule \"{incident.First.Rule}\" describes";

    private static string Worker(Incident incident) => incident.Subject switch
    {
        { Kind: SubjectKind.Node } => Place(incident),
        { Owner: { } owner } subject => $"{owner.Kind} {owner.Name}{(subject.Namespace is null ? "" : $" in namespace {subject.Namespace}")}",
        var subject => SubjectPhrase.Of(subject),
    };

    private static string Place(Incident incident) =>
        incident.Subject switch
        {
            { Node: { } node } => $"node {node}",
            { Kind: SubjectKind.Node, Name: { } name } => $"node {name}",
            _ => "its node",
        };
}
