namespace FalcoStreamer.Knowledge;

/// <summary>Refuses texts that hold what no report can fill: a misspelt placeholder would stand in every report as it is.</summary>
internal static class PlaceholderCheck
{
    /// <summary>Looks at the text or the texts under <paramref name="key"/>.</summary>
    /// <exception cref="BehaviourFileException">One of them has a placeholder that is not known; it names the line of that text.</exception>
    public static void Refuse(YamlMapping yaml, string key, params IReadOnlyList<string?> texts)
    {
        for (var i = 0; i < texts.Count; i++)
        {
            if (PlaceholderNames.In(texts[i] ?? "").FirstOrDefault(name => !PlaceholderNames.IsKnown(name)) is { } unknown)
            {
                throw yaml.ErrorAt(
                    key, i, $"reports cannot fill {{{unknown}}}; the placeholders are Falco's fields, such as {{proc.name}}, and {string.Join(", ", PlaceholderNames.All)}");
            }
        }
    }
}
