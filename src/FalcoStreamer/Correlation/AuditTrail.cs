using FalcoStreamer.Alerts;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Correlation;

/// <summary>
/// Brings together what the API server's audit log says of a pod (exec, attach, ephemeral containers) and what Falco saw in it, in whichever order they
/// come, so that an incident names the user. Pure; for one caller at a time.
/// </summary>
internal sealed class AuditTrail
{
    /// <summary>How far apart the two may be, by Falco's time.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(2);

    /// <summary>How many pods are remembered at once.</summary>
    public const int MostPods = 1024;

    /// <summary>How many requests, and how many processes, are remembered of one pod.</summary>
    public const int MostOfAPod = 16;

    private const int MostAccounts = 4;

    /// <summary>A request so near explains a program of the same name by itself.</summary>
    private static readonly TimeSpan Near = TimeSpan.FromSeconds(10);

    private readonly Dictionary<(string Namespace, string Name), LinkedListNode<PodTrail>> _trails = [];
    private readonly LinkedList<PodTrail> _leastRecentFirst = new();

    /// <summary>How many pods are remembered.</summary>
    public int Pods => _trails.Count;

    /// <summary>How often something was forgotten that could still have met.</summary>
    public long Evictions { get; private set; }

    /// <summary>What makes requests of different accounts different incidents: one must not be told under the other's name.</summary>
    public static string CauseOf(FalcoAlert alert) => AuditRequest.IsSourceOf(alert)
        ? $"\0{alert.Field("ka.user.name"u8)}\0{alert.Field("ka.impuser.name"u8)}"
        : "";

    /// <summary>Takes an alert and the incident that it belongs to; gives the incidents whose authors are known by it, or known better.</summary>
    public IReadOnlyList<(OpenIncident Incident, Attribution Attribution)> Add(FalcoAlert alert, Subject subject, OpenIncident incident)
    {
        if (subject is not { Kind: not SubjectKind.Node, Namespace: { } ns, Name: { } name })
        {
            return [];
        }

        if (subject.Source is null)
        {
            if (!SeenProcess.CanBeAttributed(alert, incident.Judgement))
            {
                return [];
            }

            var trail = TrailOf((ns, name), alert.Time);
            Evictions += trail.Add(new SeenProcess(alert, subject, incident));
            return Meet(trail, incident) is { } met ? [(incident, met)] : [];
        }

        // A refused request let nobody in.
        if (AuditRequest.From(alert) is not { IsEntry: true, IsRefused: false, Account: not null } request)
        {
            return [];
        }

        var trailOfRequest = TrailOf((ns, name), alert.Time);
        Evictions += trailOfRequest.Add(new SeenRequest(alert.Time, request, subject.Uid));
        List<(OpenIncident, Attribution)> attributed = [];
        foreach (var candidate in trailOfRequest.Processes.Select(process => process.Incident).Distinct())
        {
            if (Meet(trailOfRequest, candidate) is { } met)
            {
                attributed.Add((candidate, met));
            }
        }

        return attributed;
    }

    /// <summary>The best explanation of an incident's processes, if it is better than the one that it has.</summary>
    private static Attribution? Meet(PodTrail trail, OpenIncident incident)
    {
        // So it is nearly always: few clusters let Falco read the audit log.
        if (trail.Requests.Count == 0)
        {
            return null;
        }

        List<(SeenRequest Request, AttributionMatch Match, TimeSpan Distance, string? Objection)> meetings = [];
        foreach (var process in trail.Processes.Where(process => process.Incident == incident))
        {
            foreach (var request in trail.Requests)
            {
                if (process.Meets(request) is { } match)
                {
                    meetings.Add((request, match, process.Alert.Time - request.Time, process.ObjectionTo(request.Request)));
                }
            }
        }

        if (meetings.Count == 0)
        {
            return null;
        }

        var best = meetings.Max(meeting => meeting.Match);
        var nearest = meetings
            .Where(meeting => meeting.Match == best)
            .OrderBy(meeting => meeting.Distance.Duration())
            .DistinctBy(meeting => meeting.Request.Request.Account)
            .Take(MostAccounts)
            .ToList();
        var found = new Attribution(
            [.. nearest.Select(meeting => meeting.Request.Request)],
            best,
            nearest[0].Distance,
            meetings.Select(meeting => meeting.Objection).FirstOrDefault(objection => objection is not null));
        return IsBetter(found, incident.Judgement.Attribution) ? found : null;
    }

    private static bool IsBetter(Attribution found, Attribution? known) =>
        known is null
        || found.Match > known.Match
        || (found.Match == known.Match && (found.Requests.Count > known.Requests.Count || (found.Objection is not null && known.Objection is null)));

    private PodTrail TrailOf((string Namespace, string Name) pod, AlertTime time)
    {
        while (_leastRecentFirst.First is { } oldest && time - oldest.Value.LastTime > Window)
        {
            Forget(oldest);
        }

        if (_trails.TryGetValue(pod, out var node))
        {
            _leastRecentFirst.Remove(node);
            _leastRecentFirst.AddLast(node);
        }
        else
        {
            if (_trails.Count == MostPods)
            {
                Forget(_leastRecentFirst.First!);
                Evictions++;
            }

            _trails[pod] = node = _leastRecentFirst.AddLast(new PodTrail(pod));
        }

        node.Value.Advance(time);
        return node.Value;
    }

    private void Forget(LinkedListNode<PodTrail> node)
    {
        _leastRecentFirst.Remove(node);
        _trails.Remove(node.Value.Pod);
    }

    /// <summary>What is remembered of one pod.</summary>
    private sealed class PodTrail((string Namespace, string Name) pod)
    {
        public (string Namespace, string Name) Pod => pod;

        public List<SeenRequest> Requests { get; } = [];

        public List<SeenProcess> Processes { get; } = [];

        public AlertTime LastTime { get; private set; }

        public void Advance(AlertTime time)
        {
            LastTime = time > LastTime ? time : LastTime;
            Requests.RemoveAll(request => LastTime - request.Time > Window);
            Processes.RemoveAll(process => LastTime - process.Alert.Time > Window);
        }

        /// <summary>Returns how many were forgotten to make room.</summary>
        public int Add(SeenRequest request) => Add(Requests, request);

        /// <inheritdoc cref="Add(SeenRequest)"/>
        public int Add(SeenProcess process)
        {
            // A loop in a shell must not push out what else the pod did.
            Processes.RemoveAll(known => known.IsSameAs(process));
            return Add(Processes, process);
        }

        private static int Add<T>(List<T> list, T item)
        {
            var surplus = list.Count == MostOfAPod ? 1 : 0;
            list.RemoveRange(0, surplus);
            list.Add(item);
            return surplus;
        }
    }

    /// <summary>A request that let somebody into a pod.</summary>
    private sealed record SeenRequest(AlertTime Time, AuditRequest Request, string? PodUid);

    /// <summary>A process that somebody may have asked for.</summary>
    private sealed class SeenProcess(FalcoAlert alert, Subject subject, OpenIncident incident)
    {
        public FalcoAlert Alert => alert;

        public OpenIncident Incident => incident;

        /// <summary>Whether a request could explain it: what came from outside, what is not known, and what the kubelet or a backup tool is thought to have done.</summary>
        public static bool CanBeAttributed(FalcoAlert alert, Judgement judgement) =>
            judgement.Behaviour is null || CameIn(alert, judgement) || IsKubelets(judgement) || Attribution.IsHook(judgement);

        public bool IsSameAs(SeenProcess other) =>
            incident == other.Incident && alert.Field("proc.cmdline"u8).Span.SequenceEqual(other.Alert.Field("proc.cmdline"u8).Span);

        /// <summary>How well the request explains the process; null where it does not.</summary>
        public AttributionMatch? Meets(SeenRequest seen)
        {
            var distance = (alert.Time - seen.Time).Duration();
            if (distance > Window
                || (seen.PodUid is { } asked && subject.Uid is { } uid && asked != uid)
                || !CanBeThatContainer(seen.Request))
            {
                return null;
            }

            var match = AskedCommand.Compare(seen.Request, alert);
            var suffices = incident.Judgement switch
            {
                var judgement when CameIn(alert, judgement) => true,
                // The kubelet runs the same command again and again: only a request at that very moment says otherwise.
                var judgement when IsKubelets(judgement) => match == AttributionMatch.Command && distance <= Near,
                // A hook and a person's command of the same words come the same way.
                _ => match == AttributionMatch.Command || (match == AttributionMatch.Program && distance <= Near),
            };
            return suffices ? match : null;
        }

        /// <summary>What speaks against the account of a program that asked for it; null where nothing does.</summary>
        public string? ObjectionTo(AuditRequest request) => ProgramAccount.ObjectionTo(request, alert, subject);

        private static bool CameIn(FalcoAlert alert, Judgement judgement) =>
            judgement.IsImitation
            || judgement.Behaviour is { Nature: BehaviourNature.Unattributed }
            || (alert.Field("proc.tty"u8) is { IsPresent: true } tty && !tty.Is("0"u8));

        private static bool IsKubelets(Judgement judgement) =>
            judgement is { Behaviour.Nature: BehaviourNature.Harmless, SpecPlace: "startupProbe" or "livenessProbe" or "readinessProbe" or "postStart" or "preStop" or "entrypoint" or "initCommand" };

        private bool CanBeThatContainer(AuditRequest request) => request.Subresource == "ephemeralcontainers"
            ? subject.ContainerType is null or ContainerType.Ephemeral
            : request.Container is null || subject.Container is null || request.Container == subject.Container;
    }
}
