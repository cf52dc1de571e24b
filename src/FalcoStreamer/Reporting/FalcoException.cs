using System.Text;
using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Reporting;

/// <summary>
/// Writes the narrowest Falco exception for a harmless incident: it holds exactly the values that were seen, and nothing of the rule is switched off.
/// </summary>
/// <remarks>
/// The exception's name is ours alone, because repeating fields for a name that the rule already has is a load error; <c>override</c> needs Falco 0.37.
/// </remarks>
internal static class FalcoException
{
    /// <summary>The YAML, one entry a rule; null where an exception would be wrong or too wide.</summary>
    /// <param name="incident">What happened.</param>
    /// <param name="rules">Where the behaviour names no fields, those of the rule are taken.</param>
    public static string? For(Incident incident, RuleLibrary rules)
    {
        if (incident.Subject.Kind != SubjectKind.Pod
            || incident.Judgement is not { Verdict: Verdict.Benign or Verdict.LikelyBenign, IsImitation: false, Behaviour: { Nature: BehaviourNature.Harmless } behaviour })
        {
            return null;
        }

        var alerts = incident.Samples.Count > 0 ? incident.Samples.Select(sample => sample.Alert) : [incident.First];
        var yaml = new StringBuilder();
        foreach (var ofRule in alerts.GroupBy(alert => alert.Rule, StringComparer.Ordinal))
        {
            var wanted = behaviour.ExceptionFields.Count > 0 ? behaviour.ExceptionFields : rules.Find(ofRule.Key)?.ExceptionFields ?? [];
            var fields = FieldsOf(ofRule, wanted);
            if (!IsNarrow(fields, wanted) || TuplesOf(ofRule, fields) is not { } tuples)
            {
                return null;
            }

            AppendRule(yaml, ofRule.Key, $"falcostreamer_{behaviour.Id.Replace('-', '_')}", fields, tuples);
        }

        return yaml.ToString();
    }

    /// <summary>The fields that every alert has: Falco compares a missing value with nothing, so an exception on it would never hold.</summary>
    private static List<string> FieldsOf(IEnumerable<FalcoAlert> alerts, IReadOnlyList<string> fields) =>
        [.. fields.Where(field => alerts.All(alert => alert.Field(field).IsPresent))];

    /// <summary>
    /// Whether what makes the exception narrow is still there: the image or the namespace, and whatever tells this alert from others of its rule,
    /// such as the exact command or file. Only who did it may be missing, as long as what was done is there.
    /// </summary>
    private static bool IsNarrow(List<string> fields, IReadOnlyList<string> wanted)
    {
        var places = wanted.Where(field => field is "container.image.repository" or "k8s.ns.name").ToList();
        var deeds = wanted.Except(places).Where(field => field is not ("proc.pname" or "proc.name" or "proc.exepath"));
        return fields.Count > 0 && deeds.All(fields.Contains) && (places.Count == 0 || places.Any(fields.Contains));
    }

    /// <summary>The observed combinations as YAML scalars, each once; null when a value has no form.</summary>
    private static List<string[]>? TuplesOf(IEnumerable<FalcoAlert> alerts, List<string> fields)
    {
        List<string[]> tuples = [];
        foreach (var alert in alerts)
        {
            var tuple = new string[fields.Count];
            for (var field = 0; field < tuple.Length; field++)
            {
                if (FalcoValue.ToYaml(alert.Field(fields[field]).Span) is not { } value)
                {
                    return null;
                }

                tuple[field] = value;
            }

            if (!tuples.Any(known => known.SequenceEqual(tuple, StringComparer.Ordinal)))
            {
                tuples.Add(tuple);
            }
        }

        return tuples;
    }

    private static void AppendRule(StringBuilder yaml, string rule, string name, List<string> fields, List<string[]> tuples)
    {
        // Where one field alone differs, a list says it shortest. Where several do, lists would also exempt combinations that nobody has seen.
        var differing = Enumerable.Range(0, fields.Count).Where(field => tuples.Any(tuple => tuple[field] != tuples[0][field])).ToList();
        var list = differing.Count == 1 ? differing[0] : -1;

        yaml.Append("- rule: ").Append(Plain(rule)).Append('\n')
            .Append("  exceptions:\n")
            .Append("    - name: ").Append(name).Append('\n')
            .Append("      fields: [").AppendJoin(", ", fields.Select(field => field.Contains('[', StringComparison.Ordinal) ? $"\"{field}\"" : field)).Append("]\n")
            .Append("      comps: [").AppendJoin(", ", fields.Select((_, field) => field == list ? "\"in\"" : "\"=\"")).Append("]\n")
            .Append("      values:\n");
        foreach (var tuple in list < 0 ? tuples : tuples.Take(1))
        {
            yaml.Append("        - [")
                .AppendJoin(", ", tuple.Select((value, field) => field == list ? $"[{string.Join(", ", tuples.Select(other => other[field]))}]" : value))
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
}
