namespace FalcoStreamer.Sinks.Otlp;

/// <summary>Reads the headers that are sent with each request. A message about them never holds a value: it may be a secret.</summary>
internal static class OtlpHeaders
{
    /// <summary>Reads <c>name=value,name=value</c>, whose values are percent-encoded.</summary>
    public static IReadOnlyDictionary<string, string> Read(NamedSetting? setting)
    {
        if (setting is not { } headers)
        {
            return new Dictionary<string, string>();
        }

        var read = new Dictionary<string, string>();
        foreach (var pair in headers.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new SinkSettingsException($"{headers.Name} must be name=value pairs with commas between them; the {read.Count + 1}. is not one");
            }

            read[Uri.UnescapeDataString(pair[..equals].Trim())] = Uri.UnescapeDataString(pair[(equals + 1)..].Trim());
        }

        return RequestHeaders.Check(headers.Name, read);
    }
}
