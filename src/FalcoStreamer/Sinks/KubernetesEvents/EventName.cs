namespace FalcoStreamer.Sinks.KubernetesEvents;

/// <summary>Makes and checks names that the API server takes.</summary>
internal static class EventName
{
    private const int LongestSubdomain = 253;
    private const int LongestLabel = 63;
    private const int DigitsOfId = 16;

    /// <summary>
    /// <c>{object}.{first 16 digits of the incident's ID}</c>: people see what it is about, and the same incident always gets the same name.
    /// </summary>
    public static string For(string objectName, string incidentId)
    {
        var id = incidentId.Length > DigitsOfId ? incidentId[..DigitsOfId] : incidentId;
        var room = LongestSubdomain - id.Length - 1;
        var safe = string.Create(Math.Min(objectName.Length, room), objectName, static (span, name) =>
        {
            for (var index = 0; index < span.Length; index++)
            {
                var lower = char.ToLowerInvariant(name[index]);
                span[index] = IsLowerAlphanumeric(lower) || lower is '-' or '.' ? lower : '-';
            }
        });
        // Each part between dots must begin and end with a letter or digit. Object names do; only what is cut or comes from Falco may not.
        var parts = safe.Split('.').Select(part => part.Trim('-')).Where(part => part.Length > 0).ToArray();
        return parts.Length == 0 ? $"falco.{id}" : $"{string.Join('.', parts)}.{id}";
    }

    /// <summary>Whether it can be a namespace. Falco's fields may hold anything, and this becomes part of a URL.</summary>
    public static bool IsNamespace(string? text) => text is { Length: <= LongestLabel } && IsLabel(text);

    /// <summary>Whether it can be the name of a pod or a node.</summary>
    public static bool IsObjectName(string? text) => text is { Length: > 0 and <= LongestSubdomain } && text.Split('.').All(IsLabel);

    private static bool IsLabel(string text) =>
        text.Length > 0 && text[0] != '-' && text[^1] != '-' && text.All(c => IsLowerAlphanumeric(c) || c == '-');

    private static bool IsLowerAlphanumeric(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c);
}
