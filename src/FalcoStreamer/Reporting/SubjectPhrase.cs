using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Reporting;

/// <summary>Says where something happened, so that it fits into a sentence.</summary>
internal static class SubjectPhrase
{
    /// <summary>E.g. <c>container main of pod lab/web-0</c> or <c>node node-1</c>.</summary>
    public static string Of(Subject subject) => subject.Kind switch
    {
        SubjectKind.Node => subject.Name is null ? "the node" : $"node {subject.Name}",
        SubjectKind.Pod => InPod(subject),
        _ when subject.Source is not null => OfSource(subject),
        _ when subject.Name is not null => InPod(subject),
        _ when subject.ContainerId is not null => $"container {subject.ContainerId} of an unknown pod",
        _ => "an unknown container",
    };

    /// <summary>The same with its preposition: <c>in container main of pod lab/web-0</c>, <c>on node node-1</c>.</summary>
    public static string Within(Subject subject) => (subject.Kind == SubjectKind.Node || subject.Object is not null ? "on " : "in ") + Of(subject);

    /// <summary>What a reader must know of how the pod is known: <c>named by Falco only</c>; null where the API server vouches for it.</summary>
    public static string? Doubt(Subject subject) => subject switch
    {
        { Name: null } or { Kind: SubjectKind.Node } => null,
        { Resolution: Resolution.Deleted } => "already deleted",
        { Source: { } source, Resolution: Resolution.Falco } => $"named by the source {source} only",
        { Resolution: Resolution.Falco } => "named by Falco only",
        _ => null,
    };

    /// <summary>The pod as <c>namespace/name</c>.</summary>
    public static string? PodName(Subject subject) => subject switch
    {
        { Kind: SubjectKind.Node } or { Name: null } => null,
        { Namespace: null } => subject.Name,
        _ => $"{subject.Namespace}/{subject.Name}",
    };

    /// <summary>The workload as kubectl takes it, e.g. <c>DaemonSet/calico-node</c>.</summary>
    public static string? OwnerName(Subject subject) => subject.Owner is { } owner ? $"{owner.Kind}/{owner.Name}" : null;

    /// <summary>What a plugin's alert is about: an object of the API server, or the plugin's source where it names nothing.</summary>
    private static string OfSource(Subject subject) => subject switch
    {
        { Name: not null } => InPod(subject),
        { Object: { Name: { } name } found } => $"{Singular(found.Resource)} {(subject.Namespace is null ? "" : $"{subject.Namespace}/")}{name}",
        { Object: { } found } => subject.Namespace is null ? found.Resource : $"{found.Resource} of namespace {subject.Namespace}",
        _ => $"the source {subject.Source}",
    };

    /// <summary>E.g. <c>secret</c> for <c>secrets</c>, as the API server's plurals are made.</summary>
    private static string Singular(string resource) => resource switch
    {
        "endpoints" => resource,
        _ when resource.EndsWith("ies", StringComparison.Ordinal) => $"{resource[..^3]}y",
        _ when resource.EndsWith("sses", StringComparison.Ordinal) => resource[..^2],
        _ => resource.TrimEnd('s'),
    };

    private static string InPod(Subject subject)
    {
        var pod = $"pod {PodName(subject)}";
        return (subject.ContainerType, subject.Container) switch
        {
            (ContainerType.Sandbox, _) => $"the sandbox of {pod}",
            (_, null) => pod,
            (ContainerType.Init, _) => $"init container {subject.Container} of {pod}",
            (ContainerType.Ephemeral, _) => $"ephemeral container {subject.Container} of {pod}",
            _ => $"container {subject.Container} of {pod}",
        };
    }
}
