using System.Text.Json.Nodes;

namespace FalcoStreamer.Simulator.ApiServer;

/// <summary>Merge patches of an Event, and what they may not change.</summary>
internal static class EventPatch
{
    /// <summary>
    /// Recorded through events.k8s.io/v1, where far more is immutable. By its source, core/v1 lets all but the metadata change; the agent has no
    /// business with these members, so the double refuses them.
    /// </summary>
    private static readonly string[] Fixed = ["eventTime", "involvedObject", "action", "reportingComponent", "reportingInstance"];

    /// <summary>RFC 7386: null removes, objects merge, everything else replaces.</summary>
    public static JsonNode? Merge(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject members)
        {
            return patch?.DeepClone();
        }

        var merged = target is JsonObject old ? (JsonObject)old.DeepClone() : [];
        foreach (var (name, value) in members)
        {
            if (value is null)
            {
                merged.Remove(name);
            }
            else
            {
                merged[name] = Merge(merged[name], value);
            }
        }

        return merged;
    }

    public static List<FieldError> Immutable(JsonObject old, JsonObject patched)
    {
        var errors = new List<FieldError>();
        foreach (var name in (string[])["name", "namespace", "uid", "creationTimestamp"])
        {
            var after = EventDecoding.Text(patched["metadata"], name);
            if (after != EventDecoding.Text(old["metadata"], name))
            {
                // The server checks metadata twice, and both causes are in its answer.
                var error = FieldError.Invalid($"metadata.{name}", after, "field is immutable");
                errors.AddRange([error, error]);
            }
        }

        foreach (var name in Fixed.Where(name => !JsonNode.DeepEquals(old[name], patched[name])))
        {
            errors.Add(FieldError.Invalid(name, patched[name]?.ToString() ?? "", "field is immutable"));
        }

        return errors;
    }
}
