namespace FalcoStreamer.Sinks.Otlp;

/// <summary>
/// The names of the attributes we send, in one place: those of the semantic conventions, and our own under <c>falco.</c> (what Falco said)
/// and <c>falcostreamer.</c> (what we say about it). Dashboards and alerts rest on them, so they are only ever added to.
/// </summary>
internal static class OtlpAttributes
{
    /// <summary>The release of the semantic conventions that the names are taken from.</summary>
    public static ReadOnlySpan<byte> SchemaUrl => "https://opentelemetry.io/schemas/1.44.0"u8;

    /// <summary>What stands before the name of a Falco field that has no counterpart.</summary>
    public static ReadOnlySpan<byte> FalcoPrefix => "falco."u8;

    /// <summary>Stands before a field's name that would else collide with one of the alert's own members below.</summary>
    public static ReadOnlySpan<byte> FalcoFieldPrefix => "falco.output_fields."u8;

    public static ReadOnlySpan<byte> LogRecordUid => "log.record.uid"u8;

    public static ReadOnlySpan<byte> SecurityRuleName => "security_rule.name"u8;

    public static ReadOnlySpan<byte> ProcessExecutableName => "process.executable.name"u8;

    public static ReadOnlySpan<byte> FalcoPriority => "falco.priority"u8;

    public static ReadOnlySpan<byte> FalcoSource => "falco.source"u8;

    public static ReadOnlySpan<byte> FalcoHostname => "falco.hostname"u8;

    public static ReadOnlySpan<byte> FalcoUuid => "falco.uuid"u8;

    public static ReadOnlySpan<byte> FalcoTags => "falco.tags"u8;

    /// <summary>Names of an incident.</summary>
    internal static class Incident
    {
        public static ReadOnlySpan<byte> Id => "falcostreamer.incident.id"u8;

        public static ReadOnlySpan<byte> Change => "falcostreamer.incident.change"u8;

        public static ReadOnlySpan<byte> Verdict => "falcostreamer.incident.verdict"u8;

        public static ReadOnlySpan<byte> Confidence => "falcostreamer.incident.confidence"u8;

        public static ReadOnlySpan<byte> Behaviour => "falcostreamer.incident.behaviour"u8;

        public static ReadOnlySpan<byte> Imitation => "falcostreamer.incident.imitation"u8;

        public static ReadOnlySpan<byte> Headline => "falcostreamer.incident.headline"u8;

        public static ReadOnlySpan<byte> Count => "falcostreamer.incident.count"u8;

        public static ReadOnlySpan<byte> FirstTime => "falcostreamer.incident.first_time"u8;

        public static ReadOnlySpan<byte> LastTime => "falcostreamer.incident.last_time"u8;

        public static ReadOnlySpan<byte> EvidenceFor => "falcostreamer.incident.evidence.for"u8;

        public static ReadOnlySpan<byte> EvidenceAgainst => "falcostreamer.incident.evidence.against"u8;

        public static ReadOnlySpan<byte> Sequence => "falcostreamer.incident.sequence"u8;

        public static ReadOnlySpan<byte> Unseen => "falcostreamer.incident.unseen"u8;

        public static ReadOnlySpan<byte> Rules => "falcostreamer.incident.rules"u8;

        public static ReadOnlySpan<byte> Actions => "falcostreamer.incident.actions"u8;

        public static ReadOnlySpan<byte> Commands => "falcostreamer.incident.commands"u8;

        public static ReadOnlySpan<byte> Hardening => "falcostreamer.incident.hardening"u8;

        public static ReadOnlySpan<byte> Exception => "falcostreamer.incident.exception"u8;

        public static ReadOnlySpan<byte> Attack => "falcostreamer.incident.attack"u8;
    }

    /// <summary>Names of a resource.</summary>
    internal static class Resource
    {
        public static ReadOnlySpan<byte> ServiceName => "service.name"u8;

        public static ReadOnlySpan<byte> HostName => "host.name"u8;

        public static ReadOnlySpan<byte> ClusterName => "k8s.cluster.name"u8;

        public static ReadOnlySpan<byte> ClusterUid => "k8s.cluster.uid"u8;

        public static ReadOnlySpan<byte> NodeName => "k8s.node.name"u8;

        public static ReadOnlySpan<byte> NodeUid => "k8s.node.uid"u8;

        public static ReadOnlySpan<byte> NamespaceName => "k8s.namespace.name"u8;

        public static ReadOnlySpan<byte> PodName => "k8s.pod.name"u8;

        public static ReadOnlySpan<byte> PodUid => "k8s.pod.uid"u8;

        public static ReadOnlySpan<byte> ContainerName => "k8s.container.name"u8;

        public static ReadOnlySpan<byte> ContainerId => "container.id"u8;

        public static ReadOnlySpan<byte> ImageName => "container.image.name"u8;

        public static ReadOnlySpan<byte> ImageTags => "container.image.tags"u8;

        public static ReadOnlySpan<byte> ImageDigests => "container.image.repo_digests"u8;

        /// <summary>The kind of an owner that the conventions have no attribute for.</summary>
        public static ReadOnlySpan<byte> OwnerKind => "falcostreamer.owner.kind"u8;

        public static ReadOnlySpan<byte> OwnerName => "falcostreamer.owner.name"u8;

        /// <summary>The attribute for an owner's name, or empty where the conventions have none.</summary>
        public static ReadOnlySpan<byte> ForOwner(string kind) => kind switch
        {
            "CronJob" => "k8s.cronjob.name"u8,
            "DaemonSet" => "k8s.daemonset.name"u8,
            "Deployment" => "k8s.deployment.name"u8,
            "Job" => "k8s.job.name"u8,
            "ReplicaSet" => "k8s.replicaset.name"u8,
            "ReplicationController" => "k8s.replicationcontroller.name"u8,
            "StatefulSet" => "k8s.statefulset.name"u8,
            _ => [],
        };
    }
}
