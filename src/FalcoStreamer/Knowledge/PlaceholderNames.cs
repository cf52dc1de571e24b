using System.Text.RegularExpressions;

namespace FalcoStreamer.Knowledge;

/// <summary>The placeholders that texts of knowledge may hold; a report fills them from an incident.</summary>
internal static partial class PlaceholderNames
{
    /// <summary>The names that are not fields of an alert.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "subject", "namespace", "pod", "container", "container.id", "image", "node", "owner", "owner.kind", "owner.name", "serviceAccount",
        "command", "process", "parent", "user", "rule", "priority", "count", "time", "firstTime", "lastTime", "spec",
        "who", "audit.user", "from", "until",
    ];

    /// <summary>The names that the sentence of a predicate may hold.</summary>
    public static IReadOnlyList<string> OfSentences { get; } = ["value", "spec"];

    /// <summary>Finds placeholders. Braces around anything else stay as they are: <c>-o jsonpath={.metadata.labels}</c>, <c>awk '{print $1}'</c>.</summary>
    [GeneratedRegex(@"\{([a-z][A-Za-z0-9_]*(?:\.[a-z][A-Za-z0-9_]*)*(?:\[[A-Za-z0-9_]+\])?)\}", RegexOptions.CultureInvariant)]
    public static partial Regex Pattern();

    /// <summary>The placeholders in <paramref name="text"/>, in their order.</summary>
    public static IEnumerable<string> In(string text) => Pattern().Matches(text).Select(match => match.Groups[1].Value);

    /// <summary>Whether a report can fill it: one of <see cref="All"/>, or, since it has a dot, one of Falco's fields.</summary>
    public static bool IsKnown(string name) =>
        All.Contains(name) || (name.Contains('.', StringComparison.Ordinal) && !name.StartsWith("owner.", StringComparison.Ordinal));
}
