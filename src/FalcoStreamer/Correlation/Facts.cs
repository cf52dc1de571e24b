using FalcoStreamer.Alerts;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Correlation;

/// <summary>
/// Everything that a predicate can ask about one alert and its subject (<see cref="FactNames"/>). What is not known is said to be so, never guessed.
/// </summary>
internal readonly struct Facts(FalcoAlert alert, Subject subject, SpecMatch spec)
{
    public FalcoAlert Alert => alert;

    public SpecMatch Spec => spec;

    public Fact Of(Predicate predicate) => predicate.AlertField is { } field ? OfAlert(field) : OfSubject(predicate.Field);

    private Fact OfAlert(ReadOnlySpan<byte> field) => field switch
    {
        _ when field.SequenceEqual("rule"u8) => Fact.From(alert.RuleText),
        _ when field.SequenceEqual("source"u8) => Fact.From(alert.SourceText),
        _ when field.SequenceEqual("priority"u8) => Fact.From(alert.Priority.Word()),
        _ => Fact.From(alert.Field(field)),
    };

    private Fact OfSubject(string name) => name switch
    {
        "subject.kind" => Fact.From(subject.Kind.ToString()),
        "pod.name" => Fact.From(subject.Kind == SubjectKind.Node ? null : subject.Name),
        "pod.namespace" => Fact.From(subject.Namespace),
        "pod.owner" => Fact.From(subject.Owner is { } owner ? $"{owner.Kind}/{owner.Name}" : null),
        "pod.owner.kind" => Fact.From(subject.Owner?.Kind ?? (subject.Pod is { Controller: null } ? "none" : null)),
        "pod.serviceAccount" => Fact.From(subject.Pod?.ServiceAccount),
        "pod.hostNetwork" => Fact.From(subject.Pod?.HostNetwork),
        "pod.hostPID" => Fact.From(subject.Pod?.HostPid),
        "pod.deleting" => Fact.From(subject.Pod is { } pod ? pod.Deleting is not null : null),
        "container.name" => Fact.From(subject.Container),
        "container.type" => Fact.From(subject.ContainerType?.ToString()),
        "container.image.repository" => Fact.From(Repository()),
        "container.privileged" => Fact.From(subject.ContainerFacts is { } facts ? facts.Security.Privileged ?? false : null),
        "container.tty" => Fact.From(subject.ContainerFacts?.Tty),
        "container.age" => Fact.From(ContainerAge()),
        "process.entered" => Fact.From(EnteredFromOutside()),
        "terminal.unexpected" => Fact.From(HasUnexpectedTerminal()),
        "spec.equals" => Fact.From(spec.Equal),
        "spec.extends" => Fact.From(spec.Extended),
        "spec.due" => Fact.From(IsDue()),
        "audit.account" => Fact.From(AuditRequest.From(alert)?.Account),
        "audit.person" => Fact.From(AuditRequest.From(alert) is { Account: not null } request ? request.IsPerson : null),
        "audit.refused" => Fact.From(AuditRequest.From(alert) is { Answer: not null } answered ? answered.IsRefused : null),
        _ => default,
    };

    private string? Repository() => ImageName.Repository(
        subject.ContainerFacts?.Image
        ?? alert.Field("container.image.repository"u8).ToStringOrNull()
        ?? subject.Image);

    /// <summary>How long the alert's own container had been running; not known for an earlier container of a crash loop.</summary>
    private TimeSpan? ContainerAge()
    {
        if (subject.ContainerFacts is not { StartedAt: { } started, ContainerId: { } id }
            || subject.ContainerId is not { } seen
            || !id.StartsWith(seen, StringComparison.Ordinal))
        {
            return null;
        }

        var age = alert.Time - started;
        // The status holds whole seconds, so a process may seem to run up to a second before its container.
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
