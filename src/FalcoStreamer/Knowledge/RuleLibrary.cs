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

    /// <summary>The guides inside the program.</summary>
    /// <exception cref="BehaviourFileException">A file is wrong.</exception>
    public static RuleLibrary Load()
    {
        var program = typeof(RuleLibrary).Assembly;
        List<RuleGuide> guides = [];
        foreach (var name in program.GetManifestResourceNames().Where(name => name.StartsWith(Shipped, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = program.GetManifestResourceStream(name)!;
            guides.AddRange(RuleFile.Read(stream, name));
        }

        return new RuleLibrary(guides);
    }
}
