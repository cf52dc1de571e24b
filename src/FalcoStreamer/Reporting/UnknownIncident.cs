using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Reporting;

/// <summary>
/// What can honestly be said about an incident that no behaviour explains: what happened, what its rule looks for, what would decide it, and where to look.
/// </summary>
/// <param name="incident">What happened.</param>
/// <param name="guidance">What the rule's guide says about it; null for a rule that is not known.</param>
internal sealed class UnknownIncident(Incident incident, RuleGuidance? guidance)
{
    /// <summary>E.g. <c>touch opened /labroot for writing in container main of pod lab/web-0 (rule "Write below root"); nothing known explains it</c>.</summary>
    public string Headline()
    {
        var rule = Utf8Cut.To(incident.First.Rule, 96);
        if (IsFalcoItself())
        {
            return guidance?.Happened is { } about ? $"{about} on {Place()}" : $"Falco reports about itself on {Place()}: \"{rule}\"";
        }

        var ending = incident.Judgement.Verdict == Verdict.Suspicious ? "the evidence speaks against it" : "nothing known explains it";
        if (guidance?.Happened is { } happened)
        {
            return $"{happened} {SubjectPhrase.Within(incident.Subject)} (rule \"{rule}\"); {ending}";
        }

        var process = incident.First.Value("proc.name");
        var actor = process is null ? "" : $" for {Utf8Cut.To(process, 64)}";
        return $"Falco's rule \"{rule}\" fired{actor} {SubjectPhrase.Within(incident.Subject)}; {ending}";
    }

    public string Explanation()
    {
        if (IsFalcoItself())
        {
            return guidance?.Guide.Detects
                ?? "This is Falco's word about its own state, not about a process. It matters when events were dropped: then Falco saw less than there was.";
        }

        if (incident.Subject.Source is { } source)
        {
            return PluginIncident.Explanation(incident, source);
        }

        var unseen = incident.Judgement.Unseen;
        var decides = unseen.Count > 0
            ? $"What would decide it: {Sentences.List([.. unseen.Select(Sentences.WithoutStop)])}."
            : $"What would decide it: whether {Action() ?? "it"} belongs to the normal work of {Worker()}.";
        var rule = guidance is null ? UnknownRule.Explanation(incident) : $"The rule looks for this: {guidance.Guide.Detects}";
        return $"{rule} Nothing known explains this alert, so it can be called neither harmless nor an attack. {decides}";
    }

    /// <summary>What to check first, whom to ask, and what to do when that does not clear it.</summary>
    public List<string> Actions()
    {
        if (IsFalcoItself())
        {
            return guidance is not null ? [.. guidance.Checks, .. guidance.Actions] : IsLoss() ? [Loss()] : [];
        }

        if (guidance is null && incident.Subject.Source is { } source)
        {
            return PluginIncident.Actions(incident, source);
        }

        if (guidance is null)
        {
            return
            [
                .. FindThePod(),
                .. Questions(),
                $"Read the condition of the rule \"{Utf8Cut.To(incident.First.Rule, 96)}\" in your own rules files: it says what made Falco speak.",
            ];
        }

        // Of a container's start the questions below ask nothing that the rule's own checks do not.
        var questions = guidance.Guide.Family == RuleFamily.Start ? [] : Questions();
        return [.. FindThePod(), .. guidance.Checks, .. questions, .. guidance.Actions];
    }

    /// <summary>Commands with every name filled in.</summary>
    public IEnumerable<string> Commands(Placeholders placeholders)
    {
        IReadOnlyList<string> usual = incident.Subject switch
        {
            _ when IsFalcoItself() => [],
            { Source: not null } => PluginIncident.Commands(incident),
            { Kind: SubjectKind.Node } => ["kubectl describe node {node}"],
            { Resolution: Resolution.Deleted } =>
                ["kubectl -n {namespace} get events --field-selector involvedObject.name={pod}", "kubectl -n {namespace} get {owner} -o yaml"],
            { Name: not null } =>
                ["kubectl -n {namespace} get pod {pod} -o yaml", "kubectl -n {namespace} logs {pod} -c {container} --timestamps --since-time={time}"],
            _ => ["crictl inspect {container.id}"],
        };
        return usual.Select(placeholders.Shell).OfType<string>().Concat(guidance?.Commands ?? []).Distinct(StringComparer.Ordinal);
    }

    private List<string> FindThePod() => incident.Subject is { Kind: not SubjectKind.Node, Name: null, Source: null } subject
        ? [$"Find the pod behind container {subject.ContainerId ?? "(no ID given)"} first: on {Place()} the container runtime knows its labels."]
        : [];

    private List<string> Questions()
    {
        var subject = incident.Subject;
        var parent = incident.First.Value("proc.pname") is { } name ? $", started by {Utf8Cut.To(name, 64)}," : "";
        var action = Action(parent) ?? $"what happened at {Sentences.Moment(incident.FirstTime)}";
        if (subject.Kind == SubjectKind.Node)
        {
            return [$"Find out on {Place()} whether {action} was an administrator's or the system's own work."];
        }

        return subject.Name is null
            ? []
            :
            [
                $"Ask who owns {Worker()} whether {action} belongs to its work.",
                $"If it was not the workload itself, look into the API server's audit log for pods/exec on {SubjectPhrase.PodName(subject)} around {Sentences.Moment(incident.FirstTime)}.",
            ];
    }

    private string Loss() =>
        $"Falco lost events on {Place()}, so silence there proves nothing: give Falco more CPU or a larger buf_size_preset in its configuration under engine.";

    private bool IsFalcoItself() => incident.First.SourceText.Is("internal"u8);

    private bool IsLoss() => incident.First.RuleText.Span.IndexOf("drop"u8) >= 0;

    /// <summary>The command in quotes, and what it touched where that is what the alert is about; null where the alert has no command.</summary>
    private string? Action(string parent = "")
    {
        if (incident.First.Value("proc.cmdline") is not { } command)
        {
            return null;
        }

        var quoted = $"\"{Utf8Cut.To(command, 120)}\"{parent}";
        // A command that names the file or address itself needs no more words.
        return incident.First.Value("fd.name") is { } target && guidance?.Guide.Family is not (RuleFamily.Exec or RuleFamily.Start) && !command.Contains(target, StringComparison.Ordinal)
            ? $"what {quoted} did {(target.Contains("->", StringComparison.Ordinal) ? "over" : "with")} {Utf8Cut.To(target, 120)}"
            : quoted;
    }

    private string Worker() => incident.Subject switch
    {
        { Kind: SubjectKind.Node } => Place(),
        { Owner: { } owner } subject => $"{owner.Kind} {owner.Name}{(subject.Namespace is null ? "" : $" in namespace {subject.Namespace}")}",
        var subject => SubjectPhrase.Of(subject),
    };

    private string Place() =>
        incident.Subject switch
        {
            { Node: { } node } => $"node {node}",
            { Kind: SubjectKind.Node, Name: { } name } => $"node {name}",
            _ => "its node",
        };
}
