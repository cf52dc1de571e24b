using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace FalcoStreamer.Reporting;

/// <summary>One exception of one rule: the fields it compares and the combinations of values that were seen, each written as Falco reads it.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Behaviour">The ID of the behaviour that was recognised; part of the exception's name.</param>
/// <param name="Fields">Falco's fields.</param>
/// <param name="Tuples">YAML scalars, one for each field; every combination once.</param>
internal sealed record ExceptionEntry(string Rule, string Behaviour, IReadOnlyList<string> Fields, IReadOnlyList<string[]> Tuples)
{
    /// <summary>Appends the entry as YAML. <c>override</c> needs Falco 0.37.</summary>
    public void AppendTo(StringBuilder yaml)
    {
        // Where one field alone differs, a list says it shortest. Where several do, lists would also exempt combinations that nobody has seen.
        var differing = Enumerable.Range(0, Fields.Count).Where(field => Tuples.Any(tuple => tuple[field] != Tuples[0][field])).ToList();
        var list = differing.Count == 1 ? differing[0] : -1;

        yaml.Append("- rule: ").Append(Plain(Rule)).Append('\n')
            .Append("  exceptions:\n")
            .Append("    - name: ").Append(Name()).Append('\n')
            .Append("      fields: [").AppendJoin(", ", Fields.Select(field => field.Contains('[', StringComparison.Ordinal) ? $"\"{field}\"" : field)).Append("]\n")
            .Append("      comps: [").AppendJoin(", ", Fields.Select((_, field) => field == list ? "\"in\"" : "\"=\"")).Append("]\n")
            .Append("      values:\n");
        foreach (var tuple in list < 0 ? Tuples : Tuples.Take(1))
        {
            yaml.Append("        - [")
                .AppendJoin(", ", tuple.Select((value, field) => field == list ? $"[{string.Join(", ", Tuples.Select(other => other[field]))}]" : value))
                .Append("]\n");
        }

        yaml.Append("  override:\n    exceptions: append\n");
    }

    /// <summary>A rule's name as people write it where YAML reads that as the same text.</summary>
    private static string Plain(string rule) =>
        rule.Contains(' ', StringComparison.Ordinal) && rule.Trim() == rule && char.IsAsciiLetter(rule[0])
            && rule.All(character => char.IsAsciiLetterOrDigit(character) || " _-/.".Contains(character, StringComparison.Ordinal))
            ? rule
            : FalcoValue.YamlScalar(rule);

    /// <summary>
    /// A name that no other exception of the rule has: Falco refuses to load fields under a name that exists already, so two exceptions for one
    /// behaviour, taken from two reports, must differ in it.
    /// </summary>
    private string Name()
    {
        var content = string.Join('\n', Fields.Concat(Tuples.Select(tuple => string.Join('\0', tuple))));
        return string.Create(
            CultureInfo.InvariantCulture, $"falcostreamer_{Behaviour.Replace('-', '_')}_{XxHash32.HashToUInt32(Encoding.UTF8.GetBytes(content)):x8}");
    }
}
