using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;

namespace FalcoStreamer.Sinks.KubernetesEvents;

/// <summary>
/// A core/v1 Event as it will be written: every text is neutral and within the API server's limits already (contracts/kubernetes.md, "Events").
/// </summary>
internal sealed record KubernetesEvent
{
    /// <summary>Always the same for one incident, so that writing it twice is writing it once.</summary>
    public required string Name { get; init; }

    public required string Namespace { get; init; }

    /// <summary>The incident that the Event is named after; it is a label, so people can find what belongs together.</summary>
    public required string IncidentId { get; init; }

    public required Verdict Verdict { get; init; }

    public required Priority Priority { get; init; }

    public required InvolvedObject Involved { get; init; }

    /// <summary>What <c>kubectl describe</c> prints; its first line is what <c>kubectl get events</c> prints.</summary>
    public required string Message { get; init; }

    /// <summary>The whole report in Markdown, as an annotation.</summary>
    public required string Report { get; init; }

    /// <summary>Falco's rule.</summary>
    public required string Action { get; init; }

    public required string ReportingInstance { get; init; }

    public required AlertTime FirstTime { get; init; }

    public required AlertTime LastTime { get; init; }

    public required long Count { get; init; }

    /// <summary><c>Normal</c> for what is harmless or most probably so, else <c>Warning</c>; the API knows no third.</summary>
    public string Type => Verdict is Verdict.Benign or Verdict.LikelyBenign ? "Normal" : "Warning";

    /// <summary>One word for scripts and <c>kubectl get events --field-selector reason=…</c>.</summary>
    public string Reason => Verdict switch
    {
        Verdict.Benign => "FalcoBenign",
        Verdict.LikelyBenign => "FalcoLikelyBenign",
        Verdict.Suspicious => "FalcoSuspicious",
        _ => "FalcoUndetermined",
    };
}

/// <summary>What an Event is about.</summary>
/// <param name="Namespace">Null for a Node: <c>kubectl describe node</c> finds only Events whose object has no namespace.</param>
/// <param name="Uid">Null where only Falco names the pod and does not say it; then <c>kubectl describe</c> does not find the Event.</param>
/// <param name="FieldPath">The container within the pod, or null.</param>
internal sealed record InvolvedObject(string Kind, string? Namespace, string Name, string? Uid, string? FieldPath)
{
    /// <summary>Equal for all Events about one object, however many containers it has.</summary>
    public string Key => $"{Kind}/{Namespace}/{Name}/{Uid}";
}
