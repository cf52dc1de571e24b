using FalcoStreamer.Alerts;

namespace FalcoStreamer.Enrichment;

/// <summary>Makes subjects of alerts that no process caused: those of Falco's plugins, such as <c>k8s_audit</c>, <c>okta</c> or <c>github</c>.</summary>
internal static class PluginSubjects
{
    /// <summary>Whether the alert's source is a plugin's, rather than the kernel or Falco itself.</summary>
    public static bool IsPluginAlert(FalcoAlert alert) =>
        alert.SourceText is { IsPresent: true, Span.IsEmpty: false } source && !source.Is("syscall"u8) && !source.Is("internal"u8);

    public static string SourceOf(FalcoAlert alert) => alert.SourceText.ToString();

    /// <summary>The pod with the container that was asked for, where the pod has it.</summary>
    public static PodMatch WithContainer(PodMatch match, AuditRequest request) =>
        match with { Container = match.Pod!.Containers.FirstOrDefault(container => container.Name == request.Container) };

    /// <summary>The object that the alert names, or the source alone.</summary>
    /// <param name="request">Null unless the source is the API server's audit log.</param>
    public static Subject Of(FalcoAlert alert, AuditRequest? request)
    {
        // No node: what is reported happened at the API server, or nowhere in the cluster.
        var subject = new Subject { Kind = SubjectKind.Unresolved, Resolution = Resolution.None, Source = SourceOf(alert) };
        return request switch
        {
            { IsAboutPod: true, Namespace: { } ns, Name: { } name } =>
                subject with { Resolution = Resolution.Falco, Namespace = ns, Name = name, Container = request.Container },
            { Resource: { } resource } =>
                subject with { Resolution = Resolution.Falco, Namespace = request.Namespace, Object = new ApiObject(resource, request.Name) },
            _ => subject,
        };
    }
}
