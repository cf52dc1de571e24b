namespace FalcoStreamer.Alerts;

/// <summary>
/// The request to the API server that an alert of the source <c>k8s_audit</c> is about. What the alert does not say is null.
/// </summary>
/// <remarks>
/// The fields are those of falcosecurity/plugins, plugins/k8saudit/pkg/k8saudit/fields.go. A rule's output decides which of them are there: the stock
/// rule "Attach/Exec Pod" gives the user, the pod, and of the command its first word only.
/// </remarks>
internal sealed record AuditRequest
{
    private const int MostOfCommand = 4096;
    private const int MostShown = 128;

    /// <summary>Who called, by the API server's authentication.</summary>
    public string? User { get; init; }

    /// <summary>Whom the caller acted as; null where it acted for itself.</summary>
    public string? Impersonated { get; init; }

    /// <summary>The caller's groups without the one that everybody is in, e.g. <c>dev, oncall</c>.</summary>
    public string? Groups { get; init; }

    public string? SourceIps { get; init; }

    public string? UserAgent { get; init; }

    public string? Verb { get; init; }

    /// <summary>The resource in the plural, e.g. <c>pods</c>.</summary>
    public string? Resource { get; init; }

    /// <summary>E.g. <c>exec</c>.</summary>
    public string? Subresource { get; init; }

    public string? Namespace { get; init; }

    public string? Name { get; init; }

    /// <summary>The container that exec or attach asked for.</summary>
    public string? Container { get; init; }

    /// <summary>The command of an exec, its arguments joined by blanks.</summary>
    public string? Command { get; init; }

    /// <summary>False where only the first word of <see cref="Command"/> is known.</summary>
    public bool IsWholeCommand { get; init; }

    /// <summary>The API server's answer: the HTTP status, or else its authorization's decision; null where the rule gives neither.</summary>
    public string? Answer { get; init; }

    /// <summary>Whether the API server is known to have said no.</summary>
    public bool IsRefused => Answer is "401" or "403" or "forbid";

    /// <summary>Whose deed it is: a proxy such as Rancher's calls with an account of its own, for the user that it names.</summary>
    public string? Account => Impersonated ?? User;

    /// <summary>Who called, with all that is known of it: <c>alice (groups dev, from 10.0.0.7, with kubectl/v1.31.0)</c>.</summary>
    public string Caller
    {
        get
        {
            string?[] details =
            [
                Impersonated is null ? null : $"called by {Shown(User ?? "somebody")}",
                Groups is null ? null : $"groups {Shown(Groups)}",
                SourceIps is null ? null : $"from {Shown(SourceIps)}",
                UserAgent is null ? null : $"with {Shown(UserAgent)}",
            ];
            var known = string.Join(", ", details.Where(detail => detail is not null));
            return Shown(Account ?? "an account that the alert does not name") + (known.Length == 0 ? "" : $" ({known})");
        }
    }

    /// <summary>False for the accounts of programs and for nobody; people have others.</summary>
    public bool IsPerson =>
        Account is { } account
        && account != "system:anonymous"
        && !account.StartsWith("system:serviceaccount:", StringComparison.Ordinal)
        && !account.StartsWith("system:node:", StringComparison.Ordinal);

    public bool IsAboutPod => Resource == "pods";

    /// <summary>Whether it lets somebody into a pod.</summary>
    public bool IsEntry => IsAboutPod && Name is not null && Subresource is "exec" or "attach" or "ephemeralcontainers";

    /// <summary>Whether the alert comes from the API server's audit log.</summary>
    public static bool IsSourceOf(FalcoAlert alert) => alert.SourceText.Is("k8s_audit"u8);

    /// <summary>The alert's request; null where the alert has another source.</summary>
    public static AuditRequest? From(FalcoAlert alert)
    {
        if (!IsSourceOf(alert))
        {
            return null;
        }

        var uri = ApiUri.From(Text(alert, "ka.uri"));
        var subresource = Text(alert, "ka.target.subresource") ?? uri.Subresource;
        return new AuditRequest
        {
            User = Text(alert, "ka.user.name"),
            Impersonated = Text(alert, "ka.impuser.name"),
            Groups = List(Text(alert, "ka.user.groups"), leftOut: "system:authenticated"),
            SourceIps = List(Text(alert, "ka.sourceips")),
            UserAgent = Text(alert, "ka.useragent"),
            Verb = Text(alert, "ka.verb"),
            Resource = Text(alert, "ka.target.resource") ?? uri.Resource ?? ResourceOf(alert, subresource),
            Subresource = subresource,
            Namespace = Text(alert, "ka.target.namespace") ?? uri.Namespace,
            Name = Text(alert, "ka.target.name") ?? Text(alert, "ka.resp.name") ?? uri.Name,
            Container = Text(alert, "ka.uri.param[container]") ?? uri.Container,
            Command = Cut(uri.Command ?? Text(alert, "ka.uri.param[command]")),
            IsWholeCommand = uri.Command is { Length: <= MostOfCommand },
            Answer = Text(alert, "ka.response.code") ?? Text(alert, "ka.auth.decision"),
        };
    }

    /// <summary>Some stock rules name the pod without saying that it is one.</summary>
    private static string? ResourceOf(FalcoAlert alert, string? subresource) =>
        subresource is "exec" or "attach" or "portforward" or "ephemeralcontainers" || alert.Field("ka.req.pod.containers.image"u8).IsPresent ? "pods" : null;

    private static string? Text(FalcoAlert alert, string field) =>
        alert.Field(field) is { IsPresent: true, Span.IsEmpty: false } value ? value.ToString() : null;

    private static string Shown(string text) => text.Length > MostShown ? $"{text[..MostShown]}…" : text;

    private static string? Cut(string? text) => text is { Length: > MostOfCommand } ? text[..MostOfCommand] : text;

    /// <summary>Falco's list <c>(a,b)</c>, or JSON's, as people write one.</summary>
    private static string? List(string? text, string? leftOut = null)
    {
        var items = (text ?? "").Trim('(', ')', '[', ']').Split(',').Select(item => item.Trim(' ', '"')).Where(item => item.Length > 0 && item != leftOut).Take(16);
        var list = string.Join(", ", items);
        return list.Length == 0 ? null : list;
    }
}
