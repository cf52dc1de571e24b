using FalcoStreamer.Alerts;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Correlation;

/// <summary>
/// Everything that a predicate can ask about one alert and its subject (<see cref="FactNames"/>). What is not known is said to be so, never guessed.
/// </summary>
/// <remarks>Nothing is computed before it is asked for; what is costly is kept for the next behaviour that asks. For one caller at a time.</remarks>
internal sealed class Facts(FalcoAlert alert, Subject subject, SpecMatch spec, Company company = default)
{
    private IReadOnlyList<Utf8Text>? _ancestors;
    private IReadOnlyList<Utf8Text>? _tags;
    private string? _repository;
    private string? _owner;

    public FalcoAlert Alert => alert;

    public SpecMatch Spec => spec;

    /// <summary>The same in other company.</summary>
    public Facts In(Company other) => new(alert, subject, spec, other);

    public Fact Of(FieldPredicate predicate) =>
        predicate.AlertField is { } field ? Fact.From(alert.Field(field)) : Of(predicate.Name, predicate.Key);

    private Fact Of(string name, string? key) => name switch
    {
        "alert.rule" => Fact.From(alert.RuleText),
        "alert.source" => Fact.From(alert.SourceText),
        "alert.priority" => Fact.From(alert.Priority.Word()),
        "alert.tags" => Fact.From(_tags ??= [.. alert.Tags]),
        "subject.kind" => Fact.From(KindWord()),
        "pod.name" => Fact.From(subject.Kind == SubjectKind.Node ? null : subject.Name),
        "pod.namespace" => Fact.From(subject.Namespace),
        "pod.owner" => Fact.From(_owner ??= subject.Owner is { } owner ? $"{owner.Kind}/{owner.Name}" : null),
        "pod.owner.kind" => Fact.From(subject.Owner?.Kind ?? (subject.Pod is { Controller: null } ? "none" : null)),
        "pod.serviceAccount" => Fact.From(subject.Pod?.ServiceAccount),
        "pod.tokenMounted" => Fact.From(subject.Pod?.TokenMounted),
        "pod.hostNetwork" => Fact.From(subject.Pod?.HostNetwork),
        "pod.hostPID" => Fact.From(subject.Pod?.HostPid),
        "pod.hostIPC" => Fact.From(subject.Pod?.HostIpc),
        "pod.hostPaths" => Fact.From(subject.Pod?.HostPaths),
        "pod.bareWithNodeRights" => Fact.From(subject.Pod is { } pod ? NodeRights.AreNobodys(pod) : null),
        "pod.deleting" => Fact.From(subject.Pod is { } pod ? pod.Deleting is not null : null),
        "pod.age" => Fact.From(AgeOf(subject.Pod?.Created)),
        "pod.labels" => Fact.From(subject.Pod?.Labels.ValueOf(key!)),
        "pod.annotations" => Fact.From(subject.Pod?.Annotations.ValueOf(key!)),
        "container.name" => Fact.From(subject.Container),
        "container.type" => Fact.From(ContainerTypeWord()),
        "container.image.repository" => Fact.From(_repository ??= Repository()),
        "container.image.tag" => Fact.From(Tag()),
        "container.command" => Fact.From(subject.ContainerFacts is { } facts ? string.Join(' ', [.. facts.Command, .. facts.Args]) : null),
        "container.privileged" => Fact.From(subject.ContainerFacts is { } facts ? facts.Security.Privileged ?? false : null),
        "container.capabilities" => Fact.From(SubjectSets.Capabilities(subject.ContainerFacts)),
        "container.hostPaths" => Fact.From(SubjectSets.HostPaths(subject.ContainerFacts, writableOnly: false)),
        "container.writableHostPaths" => Fact.From(SubjectSets.HostPaths(subject.ContainerFacts, writableOnly: true)),
        "container.tty" => Fact.From(subject.ContainerFacts?.Tty),
        "container.age" => Fact.From(ContainerAge()),
        "container.restarts" => Fact.From(subject.ContainerFacts?.RestartCount),
        "process.ancestors" => Fact.From((_ancestors ??= SubjectSets.Ancestors(alert)) is { Count: > 0 } known ? known : null),
        "process.entered" => Fact.From(EnteredFromOutside()),
        "program.origin" => Fact.From(ProgramOrigin.Of(alert, subject.ContainerFacts)),
        "terminal.unexpected" => Fact.From(HasUnexpectedTerminal()),
        "spec.equals" => Fact.From(spec.Equal),
        "spec.extends" => Fact.From(spec.Extended),
        "spec.child" => Fact.From(spec.Child),
        "spec.elsewhere" => Fact.From(spec.Elsewhere),
        "spec.arguments" => Fact.From(spec.Arguments),
        "spec.program" => Fact.From(spec.Program),
        "spec.period" => Fact.From(spec.Period),
        "spec.due" => Fact.From(IsDue()),
        "audit.account" => Fact.From(AuditRequest.From(alert)?.Account),
        "audit.person" => Fact.From(AuditRequest.From(alert) is { Account: not null } request ? request.IsPerson : null),
        "audit.refused" => Fact.From(AuditRequest.From(alert) is { Answer: not null } answered ? answered.IsRefused : null),
        "audit.own" => Fact.From(AuditRequest.From(alert) is { } own ? ProgramAccount.IsOwnOf(own, subject) : null),
        "audit.hook" => Fact.From(AuditRequest.From(alert) is { } hook ? ProgramAccount.HookOf(hook, subject) : null),
        "owner.image" => Fact.From(OwnerImage()),
        "owner.rolloutAge" => Fact.From(AgeOf(subject.Revision?.Created)),
        "company.rules" => Fact.From(company.Rules),
        "company.unexplained" => Fact.From(company.Unexplained),
        "company.commands" => Fact.From(company.Commands),
        "visibility.drops" => Fact.From(company.LostEvents),
        _ => default,
    };

    private string KindWord() => subject.Kind switch
    {
        SubjectKind.Pod => "Pod",
        SubjectKind.Node => "Node",
        _ => "Unresolved",
    };

    private string? ContainerTypeWord() => subject switch
    {
        { ContainerFacts.IsSidecar: true } => "Sidecar",
        { ContainerType: ContainerType.Container } => "Container",
        { ContainerType: ContainerType.Init } => "Init",
        { ContainerType: ContainerType.Ephemeral } => "Ephemeral",
        { ContainerType: ContainerType.Sandbox } => "Sandbox",
        _ => null,
    };

    private string? Repository() => ImageName.Repository(
        subject.ContainerFacts?.Image
        ?? alert.Field("container.image.repository"u8).ToStringOrNull()
        ?? subject.Image);

    private string? Tag() => subject.ContainerFacts is { } container
        ? ImageName.Tag(container.Image)
        : alert.Field("container.image.tag"u8).ToStringOrNull() ?? ImageName.Tag(subject.Image);

    /// <summary>
    /// A container that the template has not, such as a sidecar that an admission webhook adds, is not compared. Where the API server does not tell
    /// whether the pod was created with the image (an admission webhook's work) or changed later, it just differs.
    /// </summary>
    private string? OwnerImage() =>
        subject is { ContainerFacts: { } container, Revision.Images: { } images } && images.TryGetValue(container.Name, out var image)
        && ImageName.IsSame(container.Image, image) is { } isSame
            ? isSame ? "same" : subject.Pod?.IsAsCreated switch { true => "rewritten", false => "other", null => "differs" }
            : null;

    /// <summary>How long the alert's own container had been running; not known for an earlier container of a crash loop.</summary>
    private TimeSpan? ContainerAge() =>
        subject.ContainerFacts is { ContainerId: { } id } container && subject.ContainerId is { } seen && id.StartsWith(seen, StringComparison.Ordinal)
            ? AgeOf(container.StartedAt)
            : null;

    private TimeSpan? AgeOf(AlertTime? start)
    {
        if (start is not { } time)
        {
            return null;
        }

        var age = alert.Time - time;
        // The API's times are whole seconds, so a process may seem to run up to a second before its container.
        return age > TimeSpan.FromSeconds(-2) ? TimeSpan.FromTicks(Math.Max(0, age.Ticks)) : null;
    }

    /// <summary>
    /// A process whose parent lives in the node's process namespace while it lives in the container's: exec, probe, hook or nsenter.
    /// Falco's <c>proc.pvpid</c> is the parent's ID in the parent's own namespace, so it equals <c>proc.ppid</c> then.
    /// </summary>
    private bool? EnteredFromOutside()
    {
        var (pid, vpid, ppid, pvpid) =
            (alert.Field("proc.pid"u8), alert.Field("proc.vpid"u8), alert.Field("proc.ppid"u8), alert.Field("proc.pvpid"u8));
        if (!pid.IsPresent || !vpid.IsPresent || !ppid.IsPresent || !pvpid.IsPresent || subject.Pod is { HostPid: true })
        {
            return null;
        }

        // The container's first process comes from outside too, and belongs there.
        return !vpid.Equals(pid) && pvpid.Equals(ppid) && !vpid.Is("1"u8);
    }

    private bool? HasUnexpectedTerminal()
    {
        var tty = alert.Field("proc.tty"u8);
        if (!tty.IsPresent)
        {
            return null;
        }

        return tty.Is("0"u8) ? false : subject.ContainerFacts is { } container ? !container.Tty : null;
    }

    private bool? IsDue() => spec.Equal switch
    {
        "preStop" => subject.Pod is { } pod ? pod.Deleting is not null : null,
        "postStart" => ContainerAge() is { } age ? age < TimeSpan.FromMinutes(1) : null,
        _ => null,
    };
}
