namespace FalcoStreamer.Enrichment;

/// <summary>Tells the workload behind a pod, which is the owner that a person deployed, and the revision of it.</summary>
internal interface IOwners
{
    /// <summary>Grows when an owner or a revision becomes known.</summary>
    long Version { get; }

    /// <summary>The pod's workload as far as it is known now; its direct controller until more is known; null for a bare pod. Never waits.</summary>
    Workload? OwnerOf(PodFacts pod);

    /// <summary>The revision of its owner that the pod was made from; null while it is not known. Never waits.</summary>
    PodRevision? RevisionOf(PodFacts pod);
}

/// <summary>What names tell about owners without a question to the API server (contracts/kubernetes.md, "Pods").</summary>
internal static class OwnerRules
{
    // The CronJob controller appends the scheduled minute since 1970, which has had eight digits since 1989.
    private const int FewestScheduleDigits = 8;

    /// <summary>False where the controller's own owner has to be looked up; then <paramref name="workload"/> is the controller.</summary>
    public static bool TryResolve(PodFacts pod, OwnerFacts controller, out Workload workload)
    {
        workload = new Workload(controller.Kind, controller.Name);
        if (IsReplicaSet(controller))
        {
            if (pod.PodTemplateHash is not { } hash || !controller.Name.EndsWith($"-{hash}", StringComparison.Ordinal) || controller.Name.Length <= hash.Length + 1)
            {
                return false;
            }

            workload = new Workload("Deployment", controller.Name[..^(hash.Length + 1)]);
            return true;
        }

        if (!IsJob(controller))
        {
            return true;
        }

        var dash = controller.Name.LastIndexOf('-');
        var digits = controller.Name.AsSpan(dash + 1);
        if (dash <= 0 || digits.Length < FewestScheduleDigits || digits.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        workload = new Workload("CronJob", controller.Name[..dash]);
        return true;
    }

    /// <summary>The ControllerRevision that a pod of a DaemonSet or StatefulSet was made from; null for other pods.</summary>
    public static string? RevisionOf(PodFacts pod, OwnerFacts controller) =>
        pod.ControllerRevisionHash is { } hash && controller.ApiVersion.StartsWith("apps/", StringComparison.Ordinal)
            ? controller.Kind switch
            {
                // A DaemonSet labels its pods with the hash, a StatefulSet with the revision's whole name.
                "DaemonSet" => $"{controller.Name}-{hash}",
                "StatefulSet" => hash,
                _ => null,
            }
            : null;

    public static bool IsReplicaSet(OwnerFacts owner) =>
        owner.Kind == "ReplicaSet" && owner.ApiVersion.StartsWith("apps/", StringComparison.Ordinal);

    public static bool IsJob(OwnerFacts owner) =>
        owner.Kind == "Job" && owner.ApiVersion.StartsWith("batch/", StringComparison.Ordinal);
}
