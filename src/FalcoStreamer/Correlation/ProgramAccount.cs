using FalcoStreamer.Alerts;
using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Correlation;

/// <summary>
/// What can be said of an account that is no person's and comes into a pod: backup tools, CI runners and operators do so by design, and so does
/// whoever holds their tokens.
/// </summary>
internal static class ProgramAccount
{
    private const string ServiceAccount = "system:serviceaccount:";

    /// <summary>What speaks against a program's own work; null where nothing does.</summary>
    /// <param name="request">The request to the API server.</param>
    /// <param name="alert">What it is thought to have started.</param>
    /// <param name="subject">Where that ran.</param>
    public static string? ObjectionTo(AuditRequest request, FalcoAlert alert, Subject subject) => request switch
    {
        { IsPerson: true } or { Account: null } => null,
        { Account: "system:anonymous" } => "Nobody logged in for that request",
        _ when NameOf(request) is null => "Kubelets have no need to ask the API server for it",
        _ when IsOwnOf(request, subject) == true => "It is this pod's own account: whoever reads the token in it can come in so",
        _ when NameOf(request) is { Name: "default" } account => $"Every pod of namespace {account.Namespace} without an account of its own has this one",
        _ when alert.Field("proc.tty"u8) is { IsPresent: true } tty && !tty.Is("0"u8) => "It ran on a terminal, which a program has no need of",
        _ => null,
    };

    /// <summary>Whether the account is the one that the pod itself runs with; null where that is not known.</summary>
    public static bool? IsOwnOf(AuditRequest request, Subject subject) => (NameOf(request), subject.Pod) switch
    {
        ({ } account, { ServiceAccount: { } own } pod) => account.Namespace == pod.Namespace && account.Name == own,
        _ => null,
    };

    /// <summary>Whether it is the account of a Velero server: <c>velero</c> as its command line installs it, <c>velero-server</c> as its chart does.</summary>
    public static bool IsVeleros(AuditRequest request) => NameOf(request) is { Name: "velero" or "velero-server" };

    /// <summary>Which backup hook of the pod the request's whole command is, as predicates name it; null where the command or the pod is not known.</summary>
    public static string? HookOf(AuditRequest request, Subject subject)
    {
        if (!request.IsWholeCommand || request.Command is not { } asked || subject.Pod is not { } pod)
        {
            return null;
        }

        foreach (var container in pod.Containers.Where(container => request.Container is null || container.Name == request.Container))
        {
            foreach (var hook in container.SpecCommands.Where(hook => string.Join(' ', hook.Command) == asked))
            {
                if (hook.Kind is SpecCommandKind.PreBackup or SpecCommandKind.PostBackup)
                {
                    return hook.Kind == SpecCommandKind.PreBackup ? "preHookAnnotation" : "postHookAnnotation";
                }
            }
        }

        return "none";
    }

    private static (string Namespace, string Name)? NameOf(AuditRequest request)
    {
        if (request.Account?.StartsWith(ServiceAccount, StringComparison.Ordinal) != true)
        {
            return null;
        }

        var name = request.Account[ServiceAccount.Length..];
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 ? (name[..colon], name[(colon + 1)..]) : null;
    }
}
