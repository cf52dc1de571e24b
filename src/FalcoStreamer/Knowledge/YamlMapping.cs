using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace FalcoStreamer.Knowledge;

/// <summary>
/// A YAML mapping whose keys must all be asked for: what nobody asked for is a misspelling and an error with its line.
/// </summary>
/// <remarks>The representation model is used instead of a deserializer because it knows the line of every node and needs no reflection.</remarks>
internal sealed class YamlMapping
{
    private readonly string _file;
    private readonly YamlMappingNode _node;

    // A mapping that was put together stands nowhere by itself.
    private readonly int? _line;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public YamlMapping(YamlNode node, string file)
        : this(node, file, null)
    {
    }

    private YamlMapping(YamlNode node, string file, int? line)
    {
        _line = line;
        _file = file;
        _node = node as YamlMappingNode ?? throw Error(node, "a mapping (key: value) belongs here");
    }

    /// <summary>The line of the file in which it begins, counted from 1.</summary>
    public int Line => _line ?? (int)_node.Start.Line;

    public BehaviourFileException Error(string problem) => new(_file, Line, problem);

    /// <summary>This mapping with what it leaves out taken from <paramref name="basis"/>; the lists in <paramref name="added"/> are added to those of the basis.</summary>
    public YamlMapping Over(YamlMapping basis, IReadOnlySet<string> added)
    {
        var merged = new YamlMappingNode();
        foreach (var (key, value) in basis._node.Children.Where(child => !_node.Children.ContainsKey(child.Key)))
        {
            merged.Add(key, value);
        }

        foreach (var (key, value) in _node.Children)
        {
            var isAdded = key is YamlScalarNode { Value: { } name } && added.Contains(name);
            merged.Add(
                key,
                isAdded && value is YamlSequenceNode own && basis._node.Children.TryGetValue(key, out var first) && first is YamlSequenceNode known
                    ? new YamlSequenceNode([.. known.Children, .. own.Children])
                    : value);
        }

        return new YamlMapping(merged, _file, Line);
    }

    public string Text(string key) => OptionalText(key) ?? throw Error($"\"{key}\" is missing");

    public string? OptionalText(string key) => Find(key) is { } node ? Scalar(node, key) : null;

    public IReadOnlyList<string> Texts(string key) => Find(key) is { } node
        ? [.. Sequence(node, key).Select(item => Scalar(item, key))]
        : [];

    /// <summary>The texts of a list that must not be empty when it is there; the empty text is one too.</summary>
    public IReadOnlyList<string> Values(string key)
    {
        if (Find(key) is not { } node)
        {
            return [];
        }

        IReadOnlyList<string> values = [.. Sequence(node, key).Select(item => item is YamlScalarNode { Value: { } value } ? value : Scalar(item, key))];
        return values.Count > 0 ? values : throw Error(node, $"\"{key}\" is empty; it needs at least one value");
    }

    public bool Has(string key) => Find(key) is not null;

    /// <summary>An error about what stands under <paramref name="key"/>.</summary>
    public BehaviourFileException ErrorAt(string key, string problem) => Find(key) is { } node ? Error(node, problem) : Error(problem);

    /// <summary>An error about the item of that place in the list under <paramref name="key"/>; about the whole where it is no list.</summary>
    public BehaviourFileException ErrorAt(string key, int index, string problem) =>
        Find(key) is YamlSequenceNode list && index < list.Children.Count ? Error(list.Children[index], problem) : ErrorAt(key, problem);

    public IReadOnlyList<YamlMapping> Mappings(string key) => Find(key) is { } node
        ? [.. Sequence(node, key).Select(item => new YamlMapping(item, _file))]
        : [];

    /// <summary>A list whose items are texts or mappings: of each item one of the two.</summary>
    public IReadOnlyList<(string? Text, YamlMapping? Mapping)> TextsOrMappings(string key) => Find(key) is { } node
        ? [.. Sequence(node, key).Select(item => item is YamlMappingNode ? ((string?)null, (YamlMapping?)new YamlMapping(item, _file)) : (Scalar(item, key), null))]
        : [];

    public double Number(string key, double otherwise)
    {
        if (Find(key) is not { } node)
        {
            return otherwise;
        }

        return double.TryParse(Scalar(node, key), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 100
            ? number
            : throw Error(node, $"\"{key}\" must be a number from 0 to 100");
    }

    public TimeSpan? OptionalDuration(string key)
    {
        if (Find(key) is not { } node)
        {
            return null;
        }

        return Quantity.TryRead(Scalar(node, key), out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : throw Error(node, $"\"{key}\" must be a duration such as 10s, 5m or 1h");
    }

    /// <summary>Call last: throws if a key was given that no question asked for.</summary>
    public void RefuseOtherKeys()
    {
        foreach (var key in _node.Children.Keys)
        {
            if (key is not YamlScalarNode { Value: { } name } || !_asked.Contains(name))
            {
                throw Error(key, $"\"{key}\" is not known here; the keys are {string.Join(", ", _asked.Order(StringComparer.Ordinal))}");
            }
        }
    }

    private YamlNode? Find(string key)
    {
        _asked.Add(key);
        return _node.Children.TryGetValue(new YamlScalarNode(key), out var node) ? node : null;
    }

    private string Scalar(YamlNode node, string key) => node is YamlScalarNode { Value: { Length: > 0 } value }
        ? value
        : throw Error(node, $"\"{key}\" must be a text that is not empty");

    private YamlSequenceNode Sequence(YamlNode node, string key) =>
        node as YamlSequenceNode ?? throw Error(node, $"\"{key}\" must be a list");

    private BehaviourFileException Error(YamlNode node, string problem) => new(_file, node.Start.Line, problem);
}
