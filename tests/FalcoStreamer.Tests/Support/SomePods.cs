using FalcoStreamer.Alerts;
using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Tests.Support;

/// <summary>Pods that tests are about.</summary>
internal static class SomePods
{
    public const string CalicoContainerId = "64fac540e48f1c9b3a7d5e2f8b6c4d0e9f1a2b3c4d5e6f708192a3b4c5d6e7f8";

    public static ContainerFacts Container(string name = "main", string image = "lab.local/busybox:1.35") => new()
    {
        Name = name,
        Image = image,
        ContainerId = CalicoContainerId,
        StartedAt = Some.Time + TimeSpan.FromSeconds(-20),
    };

    public static PodFacts Pod(ContainerFacts container, string name = "web-0", string ns = "lab") => new()
    {
        Namespace = ns,
        Name = name,
        Uid = "a7cf2daa-6285-4080-808b-6a3d7124d0ad",
        NodeName = "node-1",
        ServiceAccount = "default",
        Containers = [container],
    };

    public static PodFacts CalicoNode(string image = "docker.io/calico/node:v3.30.0") =>
        Pod(Container("calico-node", image) with { Security = new SecurityFacts { Privileged = true } }, "calico-node-x2x9p", "kube-system") with
        {
            Controller = new OwnerFacts("apps/v1", "DaemonSet", "calico-node", "u"),
            ServiceAccount = "calico-node",
            HostNetwork = true,
        };

    /// <summary>The only container of <paramref name="pod"/> as an alert's subject.</summary>
    public static Subject Subject(PodFacts pod, Workload? owner = null) => new()
    {
        Kind = SubjectKind.Pod,
        Resolution = Resolution.Live,
        Namespace = pod.Namespace,
        Name = pod.Name,
        Uid = pod.Uid,
        Container = pod.Containers[0].Name,
        ContainerType = ContainerType.Container,
        ContainerId = "64fac540e48f",
        Image = pod.Containers[0].Image,
        Node = pod.NodeName,
        Owner = owner ?? (pod.Controller is { } controller ? new Workload(controller.Kind, controller.Name) : null),
        Pod = pod,
        ContainerFacts = pod.Containers[0],
    };

    public static Subject CalicoSubject(string image = "docker.io/calico/node:v3.30.0") => Subject(CalicoNode(image));

    /// <summary>Felix's own command: <paramref name="letter"/> is A or B.</summary>
    public static FalcoAlert CalicoAlert(string letter = "B", AlertTime? time = null, params (string Name, object? Value)[] fields) => Some.Alert(
        time: time,
        fields:
        [
            ("proc.cmdline", $"sh -c ip link del calico_tmp_{letter} || true"),
            ("proc.pname", "calico-node"),
            ("proc.tty", 0),
            ("container.name", "calico-node"),
            .. fields,
        ]);
}
