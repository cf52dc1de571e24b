using System.Text;
using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Reporting;

/// <summary>
/// Finds the narrowest Falco exception for a harmless incident: it holds exactly the values that were seen, and nothing of the rule is switched off.
/// </summary>
internal static class FalcoException
{
    /// <summary>One entry a rule; empty where an exception would be wrong or too wide.</summary>
    /// <param name="incident">What happened.</param>
    /// <param name="rules">Where the behaviour names no fields, those of the rule are taken.</param>
    public static IReadOnlyList<ExceptionEntry> EntriesFor(Incident incident, RuleLibrary rules)
    {
        if (incident.Subject.Kind != SubjectKind.Pod
            || incident.Judgement is not { Verdict: Verdict.Benign or Verdict.LikelyBenign, IsImitation: false, Behaviour: { Nature: BehaviourNature.Harmless } behaviour })
        {
            return [];
        }

        var alerts = incident.Samples.Count > 0 ? incident.Samples.Select(sample => sample.Alert) : [incident.First];
        List<ExceptionEntry> entries = [];
        foreach (var ofRule in alerts.GroupBy(alert => alert.Rule, StringComparer.Ordinal))
        {
            var wanted = behaviour.ExceptionFields.Count > 0 ? behaviour.ExceptionFields : rules.Find(ofRule.Key)?.ExceptionFields ?? [];
            var fields = FieldsOf(ofRule, wanted);
            if (!IsNarrow(fields, wanted) || TuplesOf(ofRule, fields) is not { } tuples)
            {
                return [];
            }

            entries.Add(new ExceptionEntry(ofRule.Key, behaviour.Id, fields, tuples));
        }

        return entries;
    }

    /// <summary>The YAML for one incident; null where an exception would be wrong or too wide.</summary>
    public static string? For(Incident incident, RuleLibrary rules) => ToYaml(EntriesFor(incident, rules));

    /// <summary>The entries as one YAML document; null when there are none.</summary>
    public static string? ToYaml(IReadOnlyCollection<ExceptionEntry> entries)
    {
        if (entries.Count == 0)
        {
            return null;
        }

        var yaml = new StringBuilder();
        foreach (var entry in entries)
        {
            entry.AppendTo(yaml);
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
}
