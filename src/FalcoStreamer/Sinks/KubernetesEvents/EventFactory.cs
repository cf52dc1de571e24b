using System.Text;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Reporting;

namespace FalcoStreamer.Sinks.KubernetesEvents;

/// <summary>
/// Writes a report out as an Event: pure, the same report gives the same Event. The last edge before the API server, so whatever the renderers
/// made, text leaves here neutral and within its limits.
/// </summary>
/// <param name="note">The Event's message.</param>
/// <param name="markdown">The report for the annotation, secrets masked.</param>
/// <param name="reportingInstance">Who writes: the agent's pod.</param>
/// <param name="nodeName">This node, for an incident that does not name one.</param>
internal sealed class EventFactory(
    Func<IncidentReport, string> note,
    Func<IncidentReport, string> markdown,
    string reportingInstance,
    string? nodeName)
{
    /// <summary>All limits are bytes of UTF-8 (contracts/kubernetes.md).</summary>
    public const int MessageLimit = 1024;

    /// <summary>The first line stands alone in <c>kubectl get events</c> and stays under 200.</summary>
    public const int FirstLineLimit = 199;

    public const int WordLimit = 128;

    public const int ReportLimit = 8 * 1024;

    /// <summary>Where Events about a Node live, as the kubelet writes them.</summary>
    private const string NodeNamespace = "default";

    private readonly string _reportingInstance = Word(reportingInstance, "falcostreamer");

    public KubernetesEvent Create(IncidentReport report)
    {
        var incident = report.Incident;
        var involved = Involved(incident.Subject);
        return new KubernetesEvent
        {
            Name = EventName.For(involved.Name, incident.Id),
            Namespace = involved.Namespace ?? NodeNamespace,
            IncidentId = incident.Id,
            Verdict = incident.Judgement.Verdict,
            Priority = incident.Priority,
            Involved = involved,
            Message = Message(note(report), Displacement(incident.Subject)),
            Report = Utf8Cut.To(NeutralText.Lines(markdown(report)), ReportLimit),
            Action = Word(incident.Rules.Count > 0 ? incident.Rules[0] : "", "Falco"),
            ReportingInstance = _reportingInstance,
            FirstTime = incident.FirstTime,
            LastTime = incident.LastTime,
            Count = incident.Count,
        };
    }

    /// <summary>
    /// False where an Event would be on a thing that has nothing to do with the incident: what a plugin reports has no container and no node, and
    /// only a pod is an object that people look at for Events.
    /// </summary>
    public static bool HasObject(Subject subject) => subject.Source is null || IsNamedPod(subject);

    /// <summary>
    /// The object that <c>kubectl describe</c> will show the Event on. A pod of another node is known by its name alone, from the audit log:
    /// without its UID <c>kubectl describe</c> passes the Event over and <c>kubectl get events</c> shows it.
    /// </summary>
    public InvolvedObject Involved(Subject subject)
    {
        if (IsNamedPod(subject))
        {
            var uid = string.IsNullOrEmpty(subject.Uid) ? null : Word(subject.Uid, "");
            return new InvolvedObject("Pod", subject.Namespace, subject.Name!, uid, FieldPath(subject));
        }

        var (name, nodeUid) = subject.Kind == SubjectKind.Node && EventName.IsObjectName(subject.Name)
            ? (subject.Name!, subject.Uid)
            : (NodeOf(subject), null);
        // `kubectl describe node` looks for the node's UID and, as the kubelet writes it, for its name in the UID's place.
        return new InvolvedObject("Node", null, name, nodeUid is null ? name : Word(nodeUid, name), null);
    }

    private string NodeOf(Subject subject) =>
        EventName.IsObjectName(subject.Node) ? subject.Node! : EventName.IsObjectName(nodeName) ? nodeName! : "unknown";

    /// <summary>Falco's fields name some pods, and whoever may post an alert chooses them: a name that no pod can have is no pod.</summary>
    private static bool IsNamedPod(Subject subject) =>
        (subject.Kind == SubjectKind.Pod || subject.Source is not null) && EventName.IsNamespace(subject.Namespace) && EventName.IsObjectName(subject.Name);

    private static string? FieldPath(Subject subject) => subject.Container is null ? null : subject.ContainerType switch
    {
        ContainerType.Container => $"spec.containers{{{Word(subject.Container, "")}}}",
        ContainerType.Init => $"spec.initContainers{{{Word(subject.Container, "")}}}",
        ContainerType.Ephemeral => $"spec.ephemeralContainers{{{Word(subject.Container, "")}}}",
        // The sandbox stands in no specification, and a part that is not known is not guessed.
        _ => null,
    };

    /// <summary>Why the Event is not on the object that the incident is about; null when it is.</summary>
    private static string? Displacement(Subject subject) => subject.Kind switch
    {
        SubjectKind.Node => null,
        _ when IsNamedPod(subject) => null,
        SubjectKind.Pod => "The pod that Falco names cannot exist, so this Event is on the node.",
        _ => subject.ContainerId is null
            ? "No known pod has this container, so this Event is on the node."
            : $"No known pod has the container {Utf8Cut.To(NeutralText.OneLine(subject.ContainerId), WordLimit)}, so this Event is on the node.",
    };

    private static string Message(string note, string? displacement)
    {
        var text = NeutralText.Lines(note).TrimEnd('\n');
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        var firstLine = end < 0 ? text : text[..end];
        var cut = Utf8Cut.To(firstLine, FirstLineLimit);
        if (!ReferenceEquals(cut, firstLine))
        {
            text = end < 0 ? cut : string.Concat(cut, text.AsSpan(end));
        }

        return displacement is null
            ? Utf8Cut.To(text, MessageLimit)
            : $"{Utf8Cut.To(text, MessageLimit - Encoding.UTF8.GetByteCount(displacement) - 1)}\n{displacement}";
    }

    private static string Word(string text, string fallback) =>
        text.Length == 0 ? fallback : Utf8Cut.To(NeutralText.OneLine(text), WordLimit);
}
