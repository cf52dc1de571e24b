using System.Text.Json.Nodes;

namespace FalcoStreamer.Simulator.ApiServer;

/// <summary>The selectors that kubectl sends when it looks for Events.</summary>
internal static class EventSelector
{
    private static readonly string[] Fields =
    [
        "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion",
        "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason", "reportingComponent", "type", "metadata.name", "metadata.namespace",
    ];

    /// <summary>The first field that Events cannot be selected by, or null.</summary>
    public static string? UnknownField(string selector) =>
        Terms(selector).Select(term => term.Name).FirstOrDefault(name => !Fields.Contains(name));

    public static bool MatchesFields(JsonObject found, string selector) => Terms(selector).All(term =>
    {
        var dot = term.Name.IndexOf('.', StringComparison.Ordinal);
        var value = dot < 0 ? EventDecoding.Text(found, term.Name) : EventDecoding.Text(found[term.Name[..dot]], term.Name[(dot + 1)..]);
        return (value == term.Value) == term.IsEqual;
    });

    public static bool MatchesLabels(JsonObject found, string selector) => Terms(selector).All(term =>
        (EventDecoding.Text(found["metadata"]?["labels"], term.Name) == term.Value) == term.IsEqual);

    private static IEnumerable<(string Name, string Value, bool IsEqual)> Terms(string selector) =>
        selector.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(term =>
        {
            var isEqual = !term.Contains("!=", StringComparison.Ordinal);
            var parts = term.Split(isEqual ? "=" : "!=", 2);
            return (parts[0], parts[^1].TrimStart('='), isEqual);
        });
}
