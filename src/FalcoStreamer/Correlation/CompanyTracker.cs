using FalcoStreamer.Alerts;
using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Correlation;

/// <summary>
/// Remembers for ten minutes what else happened on each container. Pure and bounded: causes that have been quiet for longest are forgotten first, and
/// counted.
/// </summary>
/// <param name="maxCauses">How many causes are remembered, of all containers together.</param>
internal sealed class CompanyTracker(int maxCauses)
{
    /// <summary>How long something counts as company.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    private const int MaxCommands = 16;
    private const int MaxCommandBytes = 1024;

    private readonly Dictionary<string, ContainerLife> _containers = new(StringComparer.Ordinal);
    private readonly LinkedList<KnownCause> _oldestFirst = new();

    /// <summary>How many causes were forgotten early because there were too many.</summary>
    public long Evictions { get; private set; }

    /// <summary>How many causes are remembered; for tests of the bound.</summary>
    public int Causes => _oldestFirst.Count;

    /// <summary>What happened on a container around <paramref name="time"/>, but for one cause: what an alert repeats is no company to it.</summary>
    public Company Of(Subject subject, AlertTime time, string? exceptCause)
    {
        if (subject.Kind == SubjectKind.Node)
        {
            return default;
        }

        if (!_containers.TryGetValue(subject.Key, out var life))
        {
            return new Company { Rules = [], Unexplained = 0, Commands = [] };
        }

        var others = life.Causes.Where(cause => cause.Name != exceptCause && IsNear(cause.LastTime, time)).ToList();
        return new Company
        {
            Rules = [.. others.SelectMany(cause => cause.Rules).Distinct(StringComparer.Ordinal)],
            Unexplained = others.Where(cause => cause.IsAct && !cause.Incident.Judgement.IsExplained).DistinctBy(cause => cause.Incident).Count(),
            Commands = [.. life.Commands.Where(command => IsNear(command.Time, time)).Select(command => command.Text)],
        };
    }

    /// <summary>The cause of the last alert of the same rule, program and command on this container; null where there was none.</summary>
    public string? CauseOfSame(FalcoAlert alert, Subject subject)
    {
        if (_containers.TryGetValue(subject.Key, out var life))
        {
            var command = Cut(alert.Field("proc.cmdline"u8));
            foreach (var known in life.Commands)
            {
                if (known.Text.Span.SequenceEqual(command) && known.Rule == alert.Rule)
                {
                    return known.Cause;
                }
            }
        }

        return null;
    }

    /// <summary>Whether a cause was among what <see cref="Of"/> told.</summary>
    public bool Knows(Subject subject, string cause) =>
        _containers.TryGetValue(subject.Key, out var life) && life.Causes.Any(known => known.Name == cause);

    /// <summary>The incidents of a container around <paramref name="time"/> that a harmless behaviour explains.</summary>
    public IReadOnlyList<OpenIncident> Explained(Subject subject, AlertTime time) => _containers.TryGetValue(subject.Key, out var life)
        ? [.. life.Causes.Where(cause => IsNear(cause.LastTime, time) && cause.Incident.Judgement.IsExplained).Select(cause => cause.Incident).Distinct()]
        : [];

    /// <summary>Remembers an alert and the incident that it belongs to.</summary>
    public void Add(FalcoAlert alert, Subject subject, string cause, OpenIncident incident)
    {
        if (subject.Kind == SubjectKind.Node)
        {
            return;
        }

        Forget(alert.Time);
        if (!_containers.TryGetValue(subject.Key, out var life))
        {
            life = new ContainerLife(subject.Key);
            _containers[subject.Key] = life;
        }

        var known = life.Causes.Find(candidate => candidate.Name == cause);
        if (known is null)
        {
            known = new KnownCause(life, cause);
            life.Causes.Add(known);
            known.Place = _oldestFirst.AddLast(known);
        }
        else
        {
            _oldestFirst.Remove(known.Place!);
            _oldestFirst.AddLast(known.Place!);
        }

        known.Add(alert, incident);
        life.Remember(alert.Rule, cause, Cut(alert.Field("proc.cmdline"u8)), alert.Time);
        if (_oldestFirst.Count > maxCauses)
        {
            Evictions++;
            Forget(_oldestFirst.First!.Value);
        }
    }

    private static bool IsNear(AlertTime then, AlertTime now) => (now - then).Duration() <= Window;

    /// <summary>What is longer than any command that a behaviour could name need not be kept whole.</summary>
    private static ReadOnlySpan<byte> Cut(Utf8Text command) => command.Span[..Math.Min(command.Span.Length, MaxCommandBytes)];

    private void Forget(AlertTime now)
    {
        while (_oldestFirst.First is { Value: var oldest } && now - oldest.LastTime > Window)
        {
            Forget(oldest);
        }
    }

    private void Forget(KnownCause cause)
    {
        _oldestFirst.Remove(cause.Place!);
        cause.Life.Causes.Remove(cause);
        if (cause.Life.Causes.Count == 0)
        {
            _containers.Remove(cause.Life.Key);
        }
    }

    private readonly record struct KnownCommand(string Rule, string Cause, Utf8Text Text, AlertTime Time);

    private sealed class ContainerLife(string key)
    {
        private readonly List<KnownCommand> _commands = [];

        public string Key => key;

        public List<KnownCause> Causes { get; } = [];

        public IReadOnlyList<KnownCommand> Commands => _commands;

        public void Remember(string rule, string cause, ReadOnlySpan<byte> command, AlertTime time)
        {
            for (var i = 0; i < _commands.Count; i++)
            {
                if (_commands[i].Rule == rule && _commands[i].Text.Span.SequenceEqual(command))
                {
                    _commands[i] = _commands[i] with { Cause = cause, Time = time };
                    return;
                }
            }

            if (_commands.Count == MaxCommands)
            {
                _commands.RemoveAt(0);
            }

            // A copy, so that the rest of the alert need not be kept.
            _commands.Add(new KnownCommand(rule, cause, new Utf8Text(command.ToArray()), time));
        }
    }

    private sealed class KnownCause(ContainerLife life, string name)
    {
        private const int MaxRules = 8;

        private readonly List<string> _rules = [];

        public ContainerLife Life => life;

        public string Name => name;

        public IReadOnlyList<string> Rules => _rules;

        /// <summary>Whether something was done, rather than that the container started and is what it is.</summary>
        public bool IsAct { get; private set; }

        public OpenIncident Incident { get; private set; } = null!;

        public AlertTime LastTime { get; private set; }

        public LinkedListNode<KnownCause>? Place { get; set; }

        public void Add(FalcoAlert alert, OpenIncident incident)
        {
            Incident = incident;
            LastTime = _rules.Count == 0 || alert.Time > LastTime ? alert.Time : LastTime;
            IsAct |= !StartRules.Contains(alert.Rule);
            if (_rules.Count < MaxRules && !_rules.Contains(alert.Rule, StringComparer.Ordinal))
            {
                _rules.Add(alert.Rule);
            }
        }
    }
}
