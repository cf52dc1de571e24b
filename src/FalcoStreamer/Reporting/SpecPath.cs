using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Reporting;

/// <summary>Where in the object that a person edits the fields of a pod and of a container are.</summary>
/// <param name="Pod">E.g. <c>spec.template.spec</c> for a Deployment.</param>
/// <param name="Container">E.g. <c>spec.template.spec.containers[name=main]</c>.</param>
internal sealed record SpecPath(string Pod, string Container)
{
    public static SpecPath Of(Subject subject)
    {
        var pod = subject.Owner?.Kind switch
        {
            "Deployment" or "ReplicaSet" or "StatefulSet" or "DaemonSet" or "Job" or "ReplicationController" => "spec.template.spec",
            "CronJob" => "spec.jobTemplate.spec.template.spec",
            _ => "spec",
        };
        var list = subject.ContainerFacts?.Type switch
        {
            ContainerType.Init => "initContainers",
            ContainerType.Ephemeral => "ephemeralContainers",
            _ => "containers",
        };
        return new SpecPath(pod, $"{pod}.{list}[name={subject.ContainerFacts?.Name ?? subject.Container}]");
    }
}
