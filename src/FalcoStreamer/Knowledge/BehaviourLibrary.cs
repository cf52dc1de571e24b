using System.Collections.Frozen;

namespace FalcoStreamer.Knowledge;

/// <summary>Every behaviour that is known, in the order of the files. Immutable.</summary>
internal sealed class BehaviourLibrary
{
    private const string Shipped = "behaviours/";

    public BehaviourLibrary(IEnumerable<Behaviour> behaviours)
    {
        All = [.. behaviours];
        Single = [.. All.Where(behaviour => behaviour.Steps.Count == 0)];
        Sequences = [.. All.Where(behaviour => behaviour.Steps.Count > 0)];
    }

    public IReadOnlyList<Behaviour> All { get; }

    /// <summary>Those that one alert shows.</summary>
    public IReadOnlyList<Behaviour> Single { get; }

    /// <summary>Those that only several alerts show.</summary>
    public IReadOnlyList<Behaviour> Sequences { get; }

    /// <summary>The labels of pods that any predicate asks for.</summary>
    public FrozenSet<string> Labels => Keys("pod.labels");

    /// <summary>The annotations of pods that any predicate asks for.</summary>
    public FrozenSet<string> Annotations => Keys("pod.annotations");

    /// <summary>How long after its last alert an incident may still become part of a sequence.</summary>
    public TimeSpan LongestWindow =>
        Sequences.Count == 0 ? TimeSpan.Zero : Sequences.Max(sequence => sequence.Window);

    /// <summary>
    /// The knowledge inside the program, and over it the <c>*.yaml</c> files of <paramref name="directory"/> in the order of their names:
    /// a behaviour with an ID that is known already replaces that one.
    /// </summary>
    /// <exception cref="BehaviourFileException">A file is wrong.</exception>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    public static BehaviourLibrary Load(string? directory)
    {
        var behaviours = new OrderedDictionary<string, Behaviour>(StringComparer.Ordinal);
        var program = typeof(BehaviourLibrary).Assembly;
        foreach (var name in program.GetManifestResourceNames().Where(name => name.StartsWith(Shipped, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = program.GetManifestResourceStream(name)!;
            Add(stream, name);
        }

        if (directory is not null)
        {
            foreach (var file in Directory.EnumerateFiles(directory, "*.yaml").Order(StringComparer.Ordinal))
            {
                using var stream = File.OpenRead(file);
                Add(stream, file);
            }
        }

        return new BehaviourLibrary(behaviours.Values);

        void Add(Stream stream, string file)
        {
            using var reader = new StreamReader(stream);
            foreach (var behaviour in BehaviourFile.Read(reader, file))
            {
                behaviours[behaviour.Id] = behaviour;
            }
        }
    }

    private FrozenSet<string> Keys(string name) =>
        All.SelectMany(behaviour => behaviour.Questions()).Where(question => question.Name == name).Select(question => question.Key!).ToFrozenSet(StringComparer.Ordinal);
}
