namespace FalcoStreamer.Enrichment;

/// <summary>Tells the workload behind a pod: the owner that a person deployed.</summary>
internal interface IOwners
{
    /// <summary>Grows when an owner becomes known.</summary>
    long Version { get; }

    /// <summary>The pod's workload as far as it is known now; its direct controller until more is known; null for a bare pod. Never waits.</summary>
    Workload? OwnerOf(PodFacts pod);
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

    /// <summary>The relative URI of a controller that <see cref="TryResolve"/> says nothing about.</summary>
    public static string PathOf(string podNamespace, OwnerFacts controller) => IsReplicaSet(controller)
        ? $"apis/apps/v1/namespaces/{Uri.EscapeDataString(podNamespace)}/replicasets/{Uri.EscapeDataString(controller.Name)}"
        : $"apis/batch/v1/namespaces/{Uri.EscapeDataString(podNamespace)}/jobs/{Uri.EscapeDataString(controller.Name)}";

    private static bool IsReplicaSet(OwnerFacts owner) =>
        owner.Kind == "ReplicaSet" && owner.ApiVersion.StartsWith("apps/", StringComparison.Ordinal);

    private static bool IsJob(OwnerFacts owner) =>
        owner.Kind == "Job" && owner.ApiVersion.StartsWith("batch/", StringComparison.Ordinal);
}
