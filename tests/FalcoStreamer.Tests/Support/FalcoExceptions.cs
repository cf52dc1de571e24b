using System.Text;
using YamlDotNet.RepresentationModel;

namespace FalcoStreamer.Tests.Support;

/// <summary>
/// Loads exceptions as Falco 0.37 to 0.44 does: its YAML, the condition that its rule compiler makes of them, and the lexer of its filter language
/// (tuning facts of the rules' research; falcosecurity/falco userspace/engine/rule_loader_compiler.cpp, falcosecurity/libs
/// userspace/libsinsp/filter/parser.cpp). Whatever Falco would refuse, or read as something else, throws.
/// </summary>
internal static class FalcoExceptions
{
    private static readonly string[] ListOperators = ["in", "intersects", "pmatch"];

    /// <summary>What the exceptions of a file leave out: the rule, and the values that each field must equal.</summary>
    public static IReadOnlyList<LoadedException> Load(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        var loaded = new List<LoadedException>();
        var names = new HashSet<(string Rule, string Name)>();
        foreach (var entry in Sequence(stream.Documents.Single().RootNode).Select(Mapping))
        {
            RefuseOtherKeys(entry, "rule", "exceptions", "override");
            var rule = Text(entry["rule"]);
            Assert.Equal("append", Text(Mapping(entry["override"])["exceptions"]));
            foreach (var exception in Sequence(entry["exceptions"]).Select(Mapping))
            {
                RefuseOtherKeys(exception, "name", "fields", "comps", "values");
                Assert.True(names.Add((rule, Text(exception["name"]))), "fields given again for a name that exists is a load error");
                loaded.Add(Load(rule, exception));
            }
        }

        return loaded;
    }

    private static LoadedException Load(string rule, YamlMappingNode exception)
    {
        var fields = Sequence(exception["fields"]).Select(Text).ToList();
        var comps = Sequence(exception["comps"]).Select(Text).ToList();
        Assert.NotEmpty(fields);
        Assert.Equal(fields.Count, comps.Count);
        Assert.All(fields, field => Assert.Matches("^[a-z0-9_]+(\\.[a-z0-9_]+)+(\\[[a-zA-Z0-9_.]+\\])?$", field));
        Assert.All(comps, comp => Assert.Contains(comp, (string[])["=", "in", "startswith"]));
        var tuples = Sequence(exception["values"]).Select(tuple => Sequence(tuple)).ToList();
        Assert.NotEmpty(tuples);
        var read = new List<IReadOnlyList<IReadOnlyList<string>>>();
        foreach (var tuple in tuples)
        {
            Assert.Equal(fields.Count, tuple.Count);
            read.Add([.. tuple.Select((value, field) => ReadValue(value, isList: ListOperators.Contains(comps[field])))]);
        }

        return new LoadedException(rule, Text(exception["name"]), fields, comps, read);
    }

    private static IReadOnlyList<string> ReadValue(YamlNode value, bool isList)
    {
        if (value is YamlSequenceNode items)
        {
            Assert.True(isList, "a list where the operator takes one value");
            return [.. items.Children.Select(item => Lex(Quoted(Text(item))))];
        }

        Assert.False(isList, "a bare scalar with a list operator breaks at the first blank");
        return [Lex(Quoted(Text(value)))];
    }

    /// <summary>Falco's rule compiler quotes what has a blank and does not begin with a quote, and nothing else.</summary>
    private static string Quoted(string item) => item.Contains(' ', StringComparison.Ordinal) && item[0] is not ('"' or '\'') ? $"\"{item}\"" : item;

    private static string Lex(string item)
    {
        RefuseListNames(item);
        return item[0] is '"' or '\'' ? LexQuoted(item) : LexBare(item);
    }

    /// <summary>Names of lists are replaced in the condition's text wherever a blank, a comma, a bracket or an equals sign stands on both sides.</summary>
    private static void RefuseListNames(string item) =>
        Assert.DoesNotContain($" {item} ".Split(' ', '\t', '\n', '\r', '(', ')', ',', '='), word => word is "shell_binaries" or "user_known_shell_spawn_binaries" or "docker_binaries");

    private static string LexBare(string item)
    {
        Assert.DoesNotContain(item, character => "()\"'=, \b\t\n\r".Contains(character, StringComparison.Ordinal));
        return item;
    }

    private static string LexQuoted(string item)
    {
        var value = new StringBuilder();
        var position = 1;
        while (item[position] != item[0])
        {
            if (item[position] == '\\')
            {
                position++;
                value.Append(item[position] switch
                {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'b' => '\b',
                    '\\' => '\\',
                    '"' => '"',
                    '\'' => '\'',
                    var other => throw new FormatException($"Falco refuses \\{other}"),
                });
            }
            else
            {
                value.Append(item[position]);
            }

            position++;
        }

        Assert.Equal(item.Length - 1, position);
        return value.ToString();
    }

    private static void RefuseOtherKeys(YamlMappingNode mapping, params string[] keys) =>
        Assert.Equal(keys.Order(), mapping.Children.Keys.Select(Text).Order());

    private static YamlMappingNode Mapping(YamlNode node) => Assert.IsType<YamlMappingNode>(node);

    private static IList<YamlNode> Sequence(YamlNode node) => Assert.IsType<YamlSequenceNode>(node).Children;

    private static string Text(YamlNode node) => Assert.IsType<YamlScalarNode>(node).Value!;
}

/// <summary>An exception as Falco understands it.</summary>
/// <param name="Tuples">For each combination the values of each field; more than one only with a list operator.</param>
internal sealed record LoadedException(
    string Rule, string Name, IReadOnlyList<string> Fields, IReadOnlyList<string> Comps, IReadOnlyList<IReadOnlyList<IReadOnlyList<string>>> Tuples)
{
    /// <summary>Whether an alert of <see cref="Rule"/> with these values would not be raised any more.</summary>
    public bool Exempts(Func<string, string?> valueOf) => Tuples.Any(tuple => Fields.Select((field, index) => (field, index)).All(entry =>
        valueOf(entry.field) is { } value
        && (Comps[entry.index] == "startswith"
            ? tuple[entry.index].Any(start => value.StartsWith(start, StringComparison.Ordinal))
            : tuple[entry.index].Contains(value, StringComparer.Ordinal))));
}
