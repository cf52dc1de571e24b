using System.Collections.Frozen;

namespace FalcoStreamer.Knowledge;

/// <summary>Every behaviour that is known, in the order of the files. Immutable.</summary>
internal sealed class BehaviourLibrary
{
    private const string Shipped = "behaviours/";

    private readonly FrozenDictionary<string, int> _places;

    public BehaviourLibrary(IEnumerable<Behaviour> behaviours)
    {
        All = [.. behaviours];
        _places = All.Index().ToFrozenDictionary(entry => entry.Item.Id, entry => entry.Index, StringComparer.Ordinal);
        Single = [.. All.Where(behaviour => behaviour.When.Count > 0)];
        Sequences = [.. All.Where(behaviour => behaviour.Steps.Count > 0)];
        Spreads = [.. All.Where(behaviour => behaviour.MinimumOwners > 0)];
    }

    public IReadOnlyList<Behaviour> All { get; }

    /// <summary>Those that one alert shows.</summary>
    public IReadOnlyList<Behaviour> Single { get; }

    /// <summary>Those that only several alerts show.</summary>
    public IReadOnlyList<Behaviour> Sequences { get; }

    /// <summary>Those that the same alert shows on pods of several owners.</summary>
    public IReadOnlyList<Behaviour> Spreads { get; }

    /// <summary>Whether one behaviour stands before another in the files.</summary>
    public bool ComesBefore(Behaviour one, Behaviour other) => _places.GetValueOrDefault(one.Id, int.MaxValue) < _places.GetValueOrDefault(other.Id, int.MaxValue);

    /// <summary>The labels of pods that any predicate asks for.</summary>
    public FrozenSet<string> Labels => Keys("pod.labels");

    /// <summary>The annotations of pods that any predicate asks for.</summary>
    public FrozenSet<string> Annotations => Keys("pod.annotations");

    /// <summary>How long after its last alert an incident may still become part of a sequence.</summary>
    public TimeSpan LongestWindow => Sequences.Concat(Spreads).Select(behaviour => behaviour.Window).DefaultIfEmpty().Max();

    /// <summary>
    /// The knowledge inside the program, and over it the <c>*.yaml</c> files of <paramref name="directory"/> in the order of their names:
    /// a behaviour with an ID that is known already replaces that one. Files of rules are left to <see cref="RuleLibrary.Load"/>.
    /// </summary>
    /// <param name="directory">The user's files; null for none.</param>
    /// <param name="refused">Is told of a user's file that is wrong, of which nothing is taken; null makes it an exception.</param>
    /// <exception cref="BehaviourFileException">A file is wrong, or two of one origin have behaviours with the same ID.</exception>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    public static BehaviourLibrary Load(string? directory, Action<BehaviourFileException>? refused = null)
    {
        var written = new Dictionary<string, YamlMapping>(StringComparer.Ordinal);
        var behaviours = new OrderedDictionary<string, Behaviour>(StringComparer.Ordinal);
        var program = typeof(BehaviourLibrary).Assembly;
        var shipped = program.GetManifestResourceNames().Where(name => name.StartsWith(Shipped, StringComparison.Ordinal));
        AddAll(shipped, name => program.GetManifestResourceStream(name)!, behaviours, written, refused: null);
        if (directory is not null)
        {
            AddAll(Directory.EnumerateFiles(directory, "*.yaml"), File.OpenRead, behaviours, written, refused);
        }

        return new BehaviourLibrary(behaviours.Values);
    }

    private static void AddAll(
        IEnumerable<string> files,
        Func<string, Stream> open,
        OrderedDictionary<string, Behaviour> behaviours,
        Dictionary<string, YamlMapping> written,
        Action<BehaviourFileException>? refused)
    {
        var own = new Dictionary<string, Behaviour>(StringComparer.Ordinal);
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            try
            {
                foreach (var behaviour in ReadFile(file, open, own, written))
                {
                    own[behaviour.Id] = behaviour;
                    behaviours[behaviour.Id] = behaviour;
                }
            }
            catch (BehaviourFileException exception) when (refused is not null)
            {
                refused(exception);
            }
        }
    }

    /// <summary>The behaviours of one file, all of them or none.</summary>
    private static IReadOnlyList<Behaviour> ReadFile(
        string file, Func<string, Stream> open, Dictionary<string, Behaviour> own, Dictionary<string, YamlMapping> written)
    {
        using var stream = open(file);
        var root = YamlFile.Read(stream, file);
        if (root.OptionalText("schema") == RuleFile.Schema)
        {
            return [];
        }

        var candidates = new Dictionary<string, YamlMapping>(written, StringComparer.Ordinal);
        var behaviours = BehaviourFile.Read(root, file, candidates);
        if (behaviours.FirstOrDefault(behaviour => own.ContainsKey(behaviour.Id)) is { } taken)
        {
            throw new BehaviourFileException(
                file, taken.Line, $"the id \"{taken.Id}\" is taken by {own[taken.Id].File}:{own[taken.Id].Line}; take one of the two away");
        }

        foreach (var behaviour in behaviours)
        {
            written[behaviour.Id] = candidates[behaviour.Id];
        }

        return behaviours;
    }

    private FrozenSet<string> Keys(string name) =>
        All.SelectMany(behaviour => behaviour.Questions()).Where(question => question.Name == name).Select(question => question.Key!).ToFrozenSet(StringComparer.Ordinal);
}
