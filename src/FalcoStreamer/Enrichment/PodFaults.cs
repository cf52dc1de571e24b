using System.Net;

namespace FalcoStreamer.Enrichment;

/// <summary>Puts what goes wrong between the watcher and the API server into words for people and for metrics.</summary>
internal static class PodFaults
{
    /// <summary>The answer to a list or watch that was refused; one that RBAC forbids says what to grant.</summary>
    public static async Task<KubernetesApiException> RefusalAsync(HttpResponseMessage response, string verb, CancellationToken cancellation)
    {
        var refusal = await KubernetesApiException.ReadAsync(response, cancellation);
        return refusal.Status == HttpStatusCode.Forbidden
            ? new KubernetesApiException(
                refusal.Status,
                $"the agent's service account needs a ClusterRole with the verb \"{verb}\" for the resource \"pods\": {refusal.Message}",
                refusal.RetryAfter)
            : refusal;
    }

    /// <summary>One word of a closed set.</summary>
    public static string OutcomeOf(Exception exception) => exception switch
    {
        KubernetesApiException { Status: HttpStatusCode.Unauthorized } => "unauthorized",
        KubernetesApiException { Status: HttpStatusCode.Forbidden } => "forbidden",
        KubernetesApiException { Status: HttpStatusCode.TooManyRequests } => "throttled",
        KubernetesApiException { Status: HttpStatusCode.Gone } => "expired",
        WatchBrokenException { Fault: WatchFault.Expired } => "expired",
        WatchBrokenException { Fault: WatchFault.Silent } => "silent",
        WatchBrokenException { Fault: WatchFault.LineTooLong } => "too_long",
        WatchBrokenException { Fault: WatchFault.Unreadable } => "unreadable",
        WatchBrokenException { Fault: WatchFault.Interrupted } => "interrupted",
        WatchBrokenException { Fault: WatchFault.EndedTooSoon } => "ended",
        _ => "failed",
    };
}
