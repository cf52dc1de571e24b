using System.Collections.Frozen;

namespace FalcoStreamer.Knowledge;

/// <summary>The guides to Falco's rules, found by the rule's name. Immutable.</summary>
internal sealed class RuleLibrary
{
    /// <summary>How names of rules are compared: people copy rules with other capitals.</summary>
    public static readonly StringComparer NameComparer = StringComparer.OrdinalIgnoreCase;

    private const string Shipped = "rules/";

    private readonly FrozenDictionary<string, RuleGuide> _byName;

    /// <param name="guides">Of two for one name the later one counts.</param>
    public RuleLibrary(IEnumerable<RuleGuide> guides)
    {
        var byName = new Dictionary<string, RuleGuide>(NameComparer);
        foreach (var guide in guides)
        {
            foreach (var name in guide.Aliases.Prepend(guide.Rule))
            {
                byName[name] = guide;
            }
        }

        _byName = byName.ToFrozenDictionary(NameComparer);
        All = [.. byName.Values.Distinct()];
    }

    /// <summary>Knows no rule.</summary>
    public static RuleLibrary Empty { get; } = new([]);

    public IReadOnlyList<RuleGuide> All { get; }

    /// <summary>The guide to a rule; null for one that is not known.</summary>
    public RuleGuide? Find(string rule) => _byName.GetValueOrDefault(rule);

    /// <summary>
    /// The guides inside the program, and over them the files of rules (schema <c>falcostreamer/rules/v1</c>) among the <c>*.yaml</c> files of
    /// <paramref name="directory"/>, in the order of their names.
    /// </summary>
    /// <param name="directory">The user's files; null for none.</param>
    /// <param name="refused">Is told of a user's file that is wrong, of which nothing is taken; null makes it an exception.</param>
    /// <exception cref="BehaviourFileException">A file is wrong.</exception>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    public static RuleLibrary Load(string? directory = null, Action<BehaviourFileException>? refused = null)
    {
        var program = typeof(RuleLibrary).Assembly;
        List<RuleGuide> guides = [];
        foreach (var name in program.GetManifestResourceNames().Where(name => name.StartsWith(Shipped, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = program.GetManifestResourceStream(name)!;
            guides.AddRange(RuleFile.Read(stream, name));
        }

        IEnumerable<string> files = directory is null ? [] : Directory.EnumerateFiles(directory, "*.yaml").Order(StringComparer.Ordinal);
        foreach (var file in files)
        {
            try
            {
                guides.AddRange(ReadIfRules(file));
            }
            catch (BehaviourFileException exception) when (refused is not null)
            {
                refused(exception);
            }
        }

        return new RuleLibrary(guides);
    }

    /// <summary>The guides of a user's file; none of one that is no file of rules, which is the other library's to read or to refuse.</summary>
    private static IReadOnlyList<RuleGuide> ReadIfRules(string file)
    {
        YamlMapping root;
        try
        {
            using var stream = File.OpenRead(file);
            root = YamlFile.Read(stream, file);
            if (root.OptionalText("schema") != RuleFile.Schema)
            {
                return [];
            }
        }
        catch (BehaviourFileException)
        {
            return [];
        }

        return RuleFile.Read(root, file);
    }
}
