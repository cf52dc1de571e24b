using System.Text.Json.Nodes;

namespace FalcoStreamer.Simulator.ApiServer;

/// <summary>A field selector for pods.</summary>
internal sealed class PodSelector
{
    private readonly List<(string Label, string Value)> _terms = [];

    /// <summary>The label that the server does not know, or null.</summary>
    public string? UnknownLabel { get; private set; }

    public static PodSelector Parse(string text)
    {
        var selector = new PodSelector();
        foreach (var term in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = term.Replace("==", "=", StringComparison.Ordinal).Split('=', 2);
            if (parts[0] is not ("spec.nodeName" or "metadata.name" or "metadata.namespace"))
            {
                selector.UnknownLabel = parts[0];
            }

            selector._terms.Add((parts[0], parts.Length > 1 ? parts[1] : ""));
        }

        return selector;
    }

    public bool Selects(JsonObject? pod) => pod is not null && _terms.TrueForAll(term => (Value(pod, term.Label) ?? "") == term.Value);

    private static string? Value(JsonObject pod, string label)
    {
        var path = label.Split('.');
        return pod[path[0]]?[path[1]]?.GetValue<string>();
    }
}
