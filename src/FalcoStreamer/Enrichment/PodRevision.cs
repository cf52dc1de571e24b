using FalcoStreamer.Alerts;

namespace FalcoStreamer.Enrichment;

/// <summary>
/// The revision of its owner that a pod was made from: a ReplicaSet, or a ControllerRevision of a DaemonSet or StatefulSet. During a rollout that is
/// not the newest one for every pod, and so a pod that is not replaced yet does not look like one that somebody changed.
/// </summary>
/// <param name="Created">When the revision was made. After a rollback that is long ago: the old revision is taken again.</param>
/// <param name="Images">The images in its pod template by the names of their containers.</param>
internal sealed record PodRevision(AlertTime? Created, IReadOnlyDictionary<string, string> Images);

/// <summary>What an object of the API server tells of the pods that it, or its owner, controls.</summary>
/// <param name="Workload">The owner behind a controller; null where it has none, or where names tell it.</param>
/// <param name="Revision">Null where the object is no revision.</param>
internal sealed record OwnerAnswer(Workload? Workload, PodRevision? Revision);

/// <summary>An object that has something to tell of a pod.</summary>
/// <param name="Key">Equal for all pods of which it tells the same.</param>
/// <param name="Path">Its URI, relative to the server.</param>
/// <param name="Kind">Its kind.</param>
internal sealed record OwnerQuestion(string Key, string Path, string Kind)
{
    /// <summary>
    /// What is to be asked about a pod; null where there is nothing to learn. A Job is asked only for an owner that its name does not tell: a
    /// request for every run of every CronJob is more than the image of so short a pod is worth.
    /// </summary>
    public static OwnerQuestion? About(PodFacts pod)
    {
        if (pod.Controller is not { } controller)
        {
            return null;
        }

        if (OwnerRules.IsReplicaSet(controller))
        {
            return new OwnerQuestion(controller.Uid, PathOf("apps", pod.Namespace, "replicasets", controller.Name), "ReplicaSet");
        }

        if (OwnerRules.IsJob(controller))
        {
            return OwnerRules.TryResolve(pod, controller, out _)
                ? null
                : new OwnerQuestion(controller.Uid, PathOf("batch", pod.Namespace, "jobs", controller.Name), "Job");
        }

        return OwnerRules.RevisionOf(pod, controller) is { } revision
            ? new OwnerQuestion(KeyOf(controller.Uid, revision), PathOf("apps", pod.Namespace, "controllerrevisions", revision), "ControllerRevision")
            : null;
    }

    /// <summary>What <paramref name="found"/> tells, and the <see cref="Key"/> of those whom it tells it; null where it is of another kind, or nobody's.</summary>
    public static (string Key, OwnerAnswer Answer)? Read(string kind, ObjectJson found)
    {
        if (found.Metadata is not { Uid: { } uid } metadata)
        {
            return null;
        }

        var controller = PodProjection.ControllerOf(metadata.OwnerReferences);
        var workload = controller is null ? null : new Workload(controller.Kind, controller.Name);
        return kind switch
        {
            "ControllerRevision" => controller is not null && metadata.Name is { } name
                ? (KeyOf(controller.Uid, name), new OwnerAnswer(null, RevisionOf(metadata, found.Data)))
                : null,
            "ReplicaSet" => (uid, new OwnerAnswer(workload, RevisionOf(metadata, found.Spec))),
            "Job" => (uid, new OwnerAnswer(workload, null)),
            _ => null,
        };
    }

    private static PodRevision RevisionOf(ObjectMetadataJson metadata, TemplateJson? template) =>
        new(PodProjection.Time(metadata.CreationTimestamp), template?.Images ?? TemplateJson.None);

    // A UID has no slash.
    private static string KeyOf(string controllerUid, string revision) => $"{controllerUid}/{revision}";

    private static string PathOf(string group, string @namespace, string resource, string name) =>
        $"apis/{group}/v1/namespaces/{Uri.EscapeDataString(@namespace)}/{resource}/{Uri.EscapeDataString(name)}";
}
