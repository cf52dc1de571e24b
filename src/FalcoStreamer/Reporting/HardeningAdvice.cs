using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Reporting;

/// <summary>
/// Compares what a container's specification says with the Pod Security Standards, and names the field to set for what it lacks.
/// What the workload would not survive is left out; where the specification is not known, or is for Windows, nothing is said.
/// </summary>
internal static class HardeningAdvice
{
    /// <summary>Added capabilities that the standard "baseline" allows.</summary>
    private static readonly string[] BaselineCapabilities =
    [
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE",
        "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
    ];

    /// <summary>One sentence for each field, the weightiest first.</summary>
    public static IReadOnlyList<string> For(Incident incident)
    {
        if (incident.Subject is not { Kind: SubjectKind.Pod, Pod: { IsWindows: false } pod } subject)
        {
            return [];
        }

        var needs = Needs(incident, pod, subject.ContainerFacts);
        if (needs.Contains("all", StringComparer.OrdinalIgnoreCase))
        {
            return incident.Judgement.IsImitation ? [] : ["None: this workload needs the privileges it has, and taking one away would break it."];
        }

        var findings = PodFindings(incident, pod, SpecPath.Of(subject));
        if (subject.ContainerFacts is { Type: ContainerType.Ephemeral })
        {
            // Nobody can change it any more, and the next one is somebody else's.
            findings = findings.Append(new Finding(
                "ephemeral",
                "The security context of an ephemeral container comes from whoever starts it: kubectl debug --profile=restricted gives it none of the node's rights."));
        }
        else if (subject.ContainerFacts is { } container)
        {
            findings = findings.Concat(ContainerFindings(incident, pod, container, SpecPath.Of(subject)));
        }

        return [.. findings.Where(finding => !needs.Contains(finding.Field, StringComparer.OrdinalIgnoreCase)).Select(finding => finding.Text)];
    }

    /// <summary>What an imitation's model needs counts only where the container really has it: an impostor in an ordinary pod needs nothing.</summary>
    private static IReadOnlyList<string> Needs(Incident incident, PodFacts pod, ContainerFacts? container)
    {
        var isPrivileged = container is { Security: { Privileged: true } or { AddedCapabilities.Count: > 0 } } || pod.HostNetwork || pod.HostPid;
        return incident.Judgement is { Behaviour: { } behaviour } && (!incident.Judgement.IsImitation || isPrivileged) ? behaviour.NeedsPrivileges : [];
    }

    private static IEnumerable<Finding> PodFindings(Incident incident, PodFacts pod, SpecPath path)
    {
        if (pod.HostPid)
        {
            yield return new("hostPID", $"Set {path.Pod}.hostPID to false: its processes see and may signal every process of the node (Pod Security Standard baseline).");
        }

        if (pod.HostIpc)
        {
            yield return new("hostIPC", $"Set {path.Pod}.hostIPC to false: it shares the node's shared memory and semaphores (Pod Security Standard baseline).");
        }

        if (pod.HostNetwork)
        {
            yield return new(
                "hostNetwork",
                $"Set {path.Pod}.hostNetwork to false: it uses the node's own addresses and ports, and most NetworkPolicies do not bind it (Pod Security Standard baseline).");
        }

        foreach (var volume in pod.OtherVolumes)
        {
            yield return new(
                "volumes",
                $"Replace the volume {volume.Name}, in {path.Pod}.volumes, by a PersistentVolumeClaim: it is of the kind {volume.Kind}, with which the pod itself chooses what is mounted from where (Pod Security Standard restricted).");
        }

        if (pod.AutomountServiceAccountToken != false && IsAboutToken(incident))
        {
            yield return new(
                "automountServiceAccountToken",
                $"Set {path.Pod}.automountServiceAccountToken to false if the workload never calls the API server: the alert is about its token.");
        }
    }

    private static IEnumerable<Finding> ContainerFindings(Incident incident, PodFacts pod, ContainerFacts container, SpecPath path) =>
    [
        .. Privileges(container, path),
        .. HostPaths(container, path),
        .. BaselineAdvice.Of(pod, container, path).Select(finding => new Finding(finding.Field, finding.Text)),
        .. Capabilities(container.Security, path),
        .. User(incident, pod.Security, container.Security, path),
        .. Overridden(pod.Security, container.Security, path),
        .. Kernel(pod.Security, container.Security, path),
    ];

    private static IEnumerable<Finding> Privileges(ContainerFacts container, SpecPath path)
    {
        if (container.Security.Privileged == true)
        {
            yield return new(
                "privileged",
                $"Set {path.Container}.securityContext.privileged to false: a privileged container has every device and capability of the node, "
                + "and capabilities, seccompProfile and allowPrivilegeEscalation mean nothing until then (Pod Security Standard baseline).");
        }
        else if (container.Security.AllowPrivilegeEscalation != false)
        {
            var now = container.Security.AllowPrivilegeEscalation == true ? "it is true" : "it is not set";
            yield return new(
                "allowPrivilegeEscalation",
                $"Set {path.Container}.securityContext.allowPrivilegeEscalation to false: {now}, so a setuid program gains rights that its caller has not (Pod Security Standard restricted).");
        }
    }

    private static IEnumerable<Finding> HostPaths(ContainerFacts container, SpecPath path) =>
        from mount in container.Mounts
        where mount.HostPath is not null
        select new Finding("hostPath", HostPath(mount, path));

    private static string HostPath(MountFacts mount, SpecPath path)
    {
        var volume = $"the hostPath volume {mount.HostPath}, mounted at {mount.MountPath}";
        var isSocket = mount.HostPath!.EndsWith(".sock", StringComparison.Ordinal);
        return (isSocket, mount.HostPath, mount.ReadOnly) switch
        {
            (true, _, _) => $"Remove {volume}, from {path.Pod}.volumes: whoever reaches that socket can start anything on the node, read-only or not (Pod Security Standard baseline).",
            (_, "/", false) => $"Remove {volume}, from {path.Pod}.volumes: it is the whole file system of the node, writable (Pod Security Standard baseline).",
            (_, _, false) => $"Replace {volume}, in {path.Pod}.volumes, by a volume of another kind, or set readOnly on that mount: it is writable (Pod Security Standard baseline).",
            _ => $"Replace {volume}, in {path.Pod}.volumes, by a volume of another kind: it shows the node's files, read-only (Pod Security Standard baseline).",
        };
    }

    private static IEnumerable<Finding> Capabilities(SecurityFacts security, SpecPath path)
    {
        if (security.Privileged == true)
        {
            yield break;
        }

        var field = $"{path.Container}.securityContext.capabilities";
        var added = security.AddedCapabilities.Select(Bare).ToList();
        List<string> beyondBaseline = [.. added.Except(BaselineCapabilities, StringComparer.Ordinal)];
        List<string> beyondRestricted = [.. added.Except(beyondBaseline, StringComparer.Ordinal).Except(["NET_BIND_SERVICE"], StringComparer.Ordinal)];
        if (beyondBaseline.Count > 0)
        {
            yield return new("capabilities", $"Take {Sentences.List(beyondBaseline)} out of {field}.add: more than the Pod Security Standard baseline allows.");
        }

        if (beyondRestricted.Count > 0)
        {
            yield return new("capabilities", $"Take {Sentences.List(beyondRestricted)} out of {field}.add: the Pod Security Standard restricted allows NET_BIND_SERVICE alone.");
        }

        var dropped = security.DroppedCapabilities.Select(Bare).ToList();
        if (!dropped.Contains("ALL", StringComparer.Ordinal))
        {
            var now = dropped.Count == 0 ? "nothing is dropped" : $"only {Sentences.List(dropped)} is dropped";
            yield return new("capabilities", $"Add ALL to {field}.drop: {now}, so it keeps what the container runtime gives by default (Pod Security Standard restricted).");
        }
    }

    private static IEnumerable<Finding> User(Incident incident, SecurityFacts pod, SecurityFacts container, SpecPath path)
    {
        if ((container.RunAsNonRoot ?? pod.RunAsNonRoot) == true)
        {
            if (container.RunAsUser == 0)
            {
                yield return new("runAsNonRoot", $"Give {path.Container}.securityContext.runAsUser another user than 0: with runAsNonRoot the container cannot start again (Pod Security Standard restricted).");
            }

            yield break;
        }

        var field = $"{path.Container}.securityContext.runAsNonRoot";
        var user = container.RunAsUser ?? pod.RunAsUser;
        var now = user switch
        {
            0 => "runAsUser is 0 now, so it needs another user too",
            not null => $"it runs as user {user} now, and nothing keeps it so",
            null when incident.First.Field("user.uid").Is("0"u8) => "nothing forbids root, and the alert shows it running as root",
            null => "nothing forbids root",
        };
        yield return new("runAsNonRoot", $"Set {field} to true: {now} (Pod Security Standard restricted).");
    }

    /// <summary>What the pod sets for containers that set nothing themselves; for this one it has no effect, but the pod is refused for it.</summary>
    private static IEnumerable<Finding> Overridden(SecurityFacts pod, SecurityFacts container, SpecPath path)
    {
        if (pod.RunAsUser == 0 && container.RunAsUser is > 0)
        {
            yield return new("runAsNonRoot", $"Take runAsUser 0 out of {path.Pod}.securityContext: every container that sets no user is root (Pod Security Standard restricted).");
        }

        if (pod.SeccompType is "Unconfined" && container.SeccompType is not (null or "Unconfined"))
        {
            yield return new("seccompProfile", $"Set {path.Pod}.securityContext.seccompProfile.type to RuntimeDefault: Unconfined filters no system call of a container that sets none itself (Pod Security Standard baseline).");
        }
    }

    private static IEnumerable<Finding> Kernel(SecurityFacts pod, SecurityFacts container, SpecPath path)
    {
        var seccomp = container.SeccompType ?? pod.SeccompType;
        if (container.Privileged != true && seccomp is null or "Unconfined")
        {
            var (now, standard) = seccomp is null
                ? ("it is not set, so no system call is filtered unless the kubelet does it by default", "restricted")
                : ("Unconfined filters no system call", "baseline");
            yield return new("seccompProfile", $"Set {path.Container}.securityContext.seccompProfile.type to RuntimeDefault: {now} (Pod Security Standard {standard}).");
        }

        if (container.ReadOnlyRootFilesystem != true)
        {
            yield return new(
                "readOnlyRootFilesystem",
                $"Set {path.Container}.securityContext.readOnlyRootFilesystem to true, with an emptyDir for what it must write: programs can be put into its root file system now (good practice).");
        }
    }

    private static bool IsAboutToken(Incident incident) =>
        incident.First.Field("proc.cmdline").Span.IndexOf("serviceaccount"u8) >= 0 || incident.First.Field("fd.name").Span.IndexOf("serviceaccount"u8) >= 0;

    private static string Bare(string capability)
    {
        var upper = capability.ToUpperInvariant();
        return upper.StartsWith("CAP_", StringComparison.Ordinal) ? upper[4..] : upper;
    }

    /// <param name="Field">The name by which a behaviour says that it needs it.</param>
    private sealed record Finding(string Field, string Text);
}
