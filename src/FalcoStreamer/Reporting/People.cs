using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Reporting;

/// <summary>Says who was behind an incident where that is known, and how to find out where it is not.</summary>
internal static class People
{
    /// <summary>Where the API server writes its audit log in Kubernetes' own documentation; <c>--audit-log-path</c> decides.</summary>
    private const string AuditLog = "/var/log/kubernetes/audit/audit.log";

    private const string Entry =
        "{at: .requestReceivedTimestamp, user: .user.username, actingAs: .impersonatedUser.username, groups: .user.groups, "
        + "from: .sourceIPs, agent: .userAgent, code: .responseStatus.code, uri: .requestURI}";

    /// <summary>An entry is about the time when it was received before its end and its stage came after its beginning: so the end of a long session is found too.</summary>
    private static readonly string ByPod =
        "jq -c --arg ns {namespace} --arg pod {pod} --arg from {from} --arg until {until} 'select(.objectRef.resource==\"pods\" and .objectRef.namespace==$ns and .objectRef.name==$pod "
        + "and (.objectRef.subresource|IN(\"exec\",\"attach\",\"ephemeralcontainers\")) and .requestReceivedTimestamp<=$until and .stageTimestamp>=$from) | " + Entry + "' " + AuditLog;

    private static readonly string ByUser =
        "jq -c --arg user {audit.user} --arg from {from} --arg until {until} "
        + "'select((.impersonatedUser.username // .user.username)==$user and .requestReceivedTimestamp<=$until and .stageTimestamp>=$from) | " + Entry + "' " + AuditLog;

    /// <summary>GKE writes the audit log to Cloud Logging. Method and resource names as in panther-labs/panther-analysis, gcp_k8s_exec_into_pod.</summary>
    private const string ByPodOnGke =
        "gcloud logging read 'resource.type=\"k8s_cluster\" AND protoPayload.methodName=~\"^io\\.k8s\\.core\\.v1\\.pods\\.(exec|attach|ephemeralcontainers)\\.\" "
        + "AND protoPayload.resourceName=~\"/namespaces/{namespace}/pods/{pod}(/|$)\" AND timestamp>=\"{from}\" AND timestamp<=\"{until}\"' "
        + "--format='table(timestamp,protoPayload.authenticationInfo.principalEmail,protoPayload.requestMetadata.callerIp,protoPayload.methodName)'";

    /// <summary>The beginning of a sentence: an account, or <c>Somebody</c>.</summary>
    public static string Who(Incident incident) => (AuditRequest.From(incident.First)?.Account, incident.Judgement.Attribution) switch
    {
        ({ } account, _) => account,
        (_, { IsSure: true } known) => known.Accounts,
        (_, { } probable) => $"Somebody, most probably {probable.Accounts},",
        _ => "Somebody",
    };

    /// <summary>The account, where there is only one; null otherwise.</summary>
    public static string? Account(Incident incident) =>
        AuditRequest.From(incident.First)?.Account ?? (incident.Judgement.Attribution is { Requests: [var only] } ? only.Account : null);

    /// <summary>Whether something was thought to be the kubelet's work until the audit log showed somebody who asked for exactly that.</summary>
    public static bool IsDoubtedHarmless(Judgement judgement) =>
        judgement is { Attribution: { } known, IsImitation: false, Behaviour.Nature: BehaviourNature.Harmless } && !known.Confirms(judgement);

    /// <summary>The headline of what was thought to be the kubelet's work, until the audit log showed a person who asked for exactly that; null otherwise.</summary>
    public static string? Headline(Incident incident) => IsDoubtedHarmless(incident.Judgement)
        ? $"{Who(incident)} ran the command of the {new Placeholders(incident).ValueOf("spec") ?? "specification"} by hand {SubjectPhrase.Within(incident.Subject)}"
        : null;

    /// <summary>What the explanation says about who it was; null where there is nothing to say.</summary>
    public static string? Explanation(Incident incident)
    {
        if (incident.Judgement.Attribution is not { } known)
        {
            // The headline has the account already.
            return AuditRequest.From(incident.First) is { } request && (request.Caller != request.Account || request.IsRefused) ? Request(request) : null;
        }

        // Who it was stands in the headline and, with all that is known of the request, in the evidence.
        string?[] caveats =
        [
            known.IsSure ? null : $"That it was {known.Accounts} is most probable, not proven: pod and time fit.",
            known.IsProgram && !known.Confirms(incident.Judgement) ? "That is no person's account: programs, and whoever holds their tokens, use it." : null,
        ];
        var text = string.Join(' ', caveats.OfType<string>());
        return text.Length == 0 ? null : text;
    }

    /// <summary>A request to the API server in a sentence.</summary>
    public static string Request(AuditRequest request)
    {
        var what = (request.Verb, request.Resource, request.Subresource) switch
        {
            (_, { } resource, { } subresource) => $"{resource}/{subresource}",
            ({ } verb, { } resource, _) => $"{verb} on {resource}",
            (_, { } resource, _) => resource,
            ({ } verb, _, _) => verb,
            _ => "something that the alert does not name",
        };
        return $"{request.Caller} asked the API server for {Utf8Cut.To(what, 128)}{(request.IsRefused ? ", and was refused" : "")}.";
    }

    /// <summary>What to do first.</summary>
    public static List<string> Actions(Incident incident)
    {
        if (incident.Judgement.Attribution is { } confirmed && confirmed.Confirms(incident.Judgement))
        {
            return [];
        }

        if (incident.Judgement.Attribution is { IsProgram: true, IsSuspect: false } tool)
        {
            return [$"Find out whose account {tool.Accounts} is: a backup tool, a CI runner or an operator may do this by design. If none of them ran then, somebody else holds its token: replace it, and take pods/exec away from the account."];
        }

        if (incident.Judgement.Attribution is { IsProgram: true } program)
        {
            return [$"Find out what ran with the token of {program.Accounts}, and take the right to pods/exec and pods/attach away from it unless it is there for that."];
        }

        if (incident.Judgement.Attribution is { } person)
        {
            return [$"Ask {person.Accounts} whether this was their work. If it was not, somebody else has that access: revoke it first, then look what else the account did, with the last command."];
        }

        return !IsUnknownPerson(incident) || incident.Judgement.IsImitation ? [] :
        [
            $"Find out who it was: the API server's audit log has the request for exec, attach or ephemeralcontainers of pod {SubjectPhrase.PodName(incident.Subject)} at {Sentences.Moment(incident.FirstTime)} or before, "
                + "and the commands below search it. A session that is still open stands under the time when it began.",
            "If nobody of your team was there, take it for an intrusion, and revoke that account's access first.",
        ];
    }

    /// <summary>What to do where the commands do not reach: last, because few need it.</summary>
    public static List<string> ElsewhereActions(Incident incident) => incident.Judgement.Attribution is not null || !IsUnknownPerson(incident) || incident.Judgement.IsImitation ? [] :
        [
            "On EKS ask CloudWatch Logs Insights, over the cluster's log group: fields @timestamp, user.username, sourceIPs.0, requestURI | filter @logStream like /kube-apiserver-audit/ "
                + $"| filter objectRef.namespace = \"{incident.Subject.Namespace}\" and objectRef.name = \"{incident.Subject.Name}\" and objectRef.subresource in [\"exec\", \"attach\", \"ephemeralcontainers\"]",
        ];

    /// <summary>Commands with placeholders, which are filled like those of a behaviour.</summary>
    public static IReadOnlyList<string> Commands(Incident incident) => incident.Judgement.Attribution switch
    {
        { } known when known.Confirms(incident.Judgement) => [],
        { Requests.Count: 1 } => [ByUser],
        { } => [ByPod],
        _ when IsUnknownPerson(incident) => [ByPod, ByPodOnGke],
        _ => [],
    };

    /// <summary>Somebody came into a pod that has a name, and nothing says who.</summary>
    private static bool IsUnknownPerson(Incident incident) =>
        incident.Subject is { Kind: not SubjectKind.Node, Source: null, Namespace: not null, Name: not null }
        && (incident.Judgement.IsImitation || incident.Judgement.Behaviour is { Nature: BehaviourNature.Unattributed });
}
