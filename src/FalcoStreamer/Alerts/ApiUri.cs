namespace FalcoStreamer.Alerts;

/// <summary>
/// The object and the command that a URI of the API server names: <c>/api/v1/namespaces/shop/pods/web-0/exec?command=sh&amp;command=-c&amp;…</c>.
/// </summary>
internal readonly record struct ApiUri(string? Namespace, string? Resource, string? Name, string? Subresource, string? Container, string? Command)
{
    /// <summary>Whoever calls the API server chooses the length.</summary>
    private const int Longest = 16 * 1024;

    public static ApiUri From(string? text)
    {
        if (text is null || text.Length > Longest)
        {
            return default;
        }

        var query = text.IndexOf('?', StringComparison.Ordinal);
        var (container, command) = query < 0 ? default : ReadQuery(text[(query + 1)..]);
        var parts = (query < 0 ? text : text[..query]).Split('/', StringSplitOptions.RemoveEmptyEntries);
        // The core group is /api/VERSION, the others are /apis/GROUP/VERSION.
        var start = parts is ["api", _, ..] ? 2 : parts is ["apis", _, _, ..] ? 3 : parts.Length;
        var path = parts.AsSpan(start);
        string? ns = null;
        if (path is ["namespaces", _, _, ..])
        {
            ns = path[1];
            path = path[2..];
        }

        return new ApiUri(ns, At(path, 0), At(path, 1), At(path, 2), container, command);
    }

    private static string? At(ReadOnlySpan<string> path, int index) => index < path.Length ? path[index] : null;

    private static (string? Container, string? Command) ReadQuery(string query)
    {
        string? container = null;
        List<string> command = [];
        foreach (var pair in query.Split('&'))
        {
            if (pair.StartsWith("command=", StringComparison.Ordinal))
            {
                command.Add(Decode(pair["command=".Length..]));
            }
            else if (pair.StartsWith("container=", StringComparison.Ordinal))
            {
                container = Decode(pair["container=".Length..]);
            }
        }

        return (container, command.Count == 0 ? null : string.Join(' ', command));
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
