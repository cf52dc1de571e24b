using System.Collections;
using System.Text.Json;

namespace FalcoStreamer.Configuration;

/// <summary>Reads the configuration: the defaults, over them the file of <c>--config</c>, over it the environment.</summary>
internal static class AgentConfiguration
{
    private const string VariablePrefix = "FALCOSTREAMER__";

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <param name="file">The file of <c>--config</c>, or null.</param>
    /// <param name="environment">The environment variables, as <see cref="Environment.GetEnvironmentVariables()"/> gives them.</param>
    /// <exception cref="ConfigurationException">A key or a value is wrong, or the file cannot be read.</exception>
    public static AgentOptions Load(string? file, IDictionary environment)
    {
        using var defaults = typeof(AgentConfiguration).Assembly.GetManifestResourceStream("appsettings.json")
            ?? throw new InvalidOperationException("The program was built without appsettings.json.");
        using var known = JsonDocument.Parse(defaults);
        var keys = KnownKeys.From(known.RootElement);
        defaults.Position = 0;
        var builder = new ConfigurationBuilder().AddJsonStream(defaults);
        if (file is not null)
        {
            builder.AddJsonStream(new MemoryStream(ReadFile(file, keys)));
        }

        builder.AddInMemoryCollection(ReadVariables(environment, keys));
        var options = new AgentOptions();
        try
        {
            builder.Build().Bind(options);
        }
        catch (InvalidOperationException exception)
        {
            throw new ConfigurationException(exception.Message.ReplaceLineEndings(" "));
        }

        OptionsChecks.Check(options);
        return options;
    }

    private static byte[] ReadFile(string file, KnownKeys keys)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{file}: the configuration cannot be read: {exception.Message}");
        }

        try
        {
            using var document = JsonDocument.Parse(bytes, Lenient);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new ConfigurationException($"{file}: the configuration must be a JSON object");
            }

            keys.Check(document.RootElement, file);
        }
        catch (JsonException exception)
        {
            throw new ConfigurationException($"{file}:{exception.LineNumber + 1}: this is not JSON: {exception.Message.ReplaceLineEndings(" ")}");
        }

        return bytes;
    }

    private static Dictionary<string, string?> ReadVariables(IDictionary environment, KnownKeys keys)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry entry in environment)
        {
            if (entry.Key is string name && name.StartsWith(VariablePrefix, StringComparison.OrdinalIgnoreCase))
            {
                var parts = name[VariablePrefix.Length..].Split("__");
                // A list is given item by item: …__PATHS__0.
                keys.CheckVariable(name, int.TryParse(parts[^1], out _) ? parts.AsSpan(0, parts.Length - 1) : parts);
                values[string.Join(':', parts)] = entry.Value as string;
            }
        }

        return values;
    }
}
