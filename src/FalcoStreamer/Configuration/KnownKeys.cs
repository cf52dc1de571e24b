using System.Text.Json;

namespace FalcoStreamer.Configuration;

/// <summary>
/// The tree of keys that exist: that of appsettings.json, which holds every default. A key that is not in it is a misspelling.
/// </summary>
internal sealed class KnownKeys
{
    private readonly Dictionary<string, KnownKeys?> _children = new(StringComparer.OrdinalIgnoreCase);

    private KnownKeys()
    {
    }

    public static KnownKeys From(JsonElement defaults)
    {
        var keys = new KnownKeys();
        foreach (var member in defaults.EnumerateObject())
        {
            keys._children[member.Name] = member.Value.ValueKind == JsonValueKind.Object ? From(member.Value) : null;
        }

        return keys;
    }

    /// <summary>An empty section among the defaults holds names that the user makes up, such as those of headers.</summary>
    private bool IsFree => _children.Count == 0;

    /// <summary>Throws if <paramref name="given"/> has a key that does not exist.</summary>
    /// <exception cref="ConfigurationException">It names the key and the nearest right one.</exception>
    public void Check(JsonElement given, string place, string path = "")
    {
        foreach (var member in given.EnumerateObject())
        {
            var key = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
            var child = Find(member.Name, key, place);
            if (child is not null)
            {
                if (member.Value.ValueKind != JsonValueKind.Object)
                {
                    throw new ConfigurationException($"{place}: \"{key}\" is a section and must be an object{(child.IsFree ? "" : $" with {string.Join(", ", child._children.Keys)}")}");
                }

                if (!child.IsFree)
                {
                    child.Check(member.Value, place, key);
                }
            }
            else if (member.Value.ValueKind == JsonValueKind.Object)
            {
                throw new ConfigurationException($"{place}: \"{key}\" is a value, not a section");
            }
        }
    }

    /// <summary>Throws if the parts of an environment variable's name do not lead to a value.</summary>
    /// <exception cref="ConfigurationException">It names the variable and the nearest right key.</exception>
    public void CheckVariable(string variable, ReadOnlySpan<string> parts)
    {
        var keys = this;
        for (var i = 0; i < parts.Length && keys is not null; i++)
        {
            keys = keys.IsFree ? null : keys.Find(parts[i], string.Join('.', parts[..(i + 1)].ToArray()), $"environment variable {variable}");
        }

        if (keys is not null)
        {
            throw new ConfigurationException($"environment variable {variable}: this is a section; name {(keys.IsFree ? "an entry" : $"one of {string.Join(", ", keys._children.Keys)}")} behind it");
        }
    }

    private KnownKeys? Find(string name, string key, string place)
    {
        if (_children.TryGetValue(name, out var child))
        {
            return child;
        }

        var nearest = _children.Keys.MinBy(known => Distance(known, name))!;
        throw new ConfigurationException($"{place}: there is no key \"{key}\"; did you mean \"{nearest}\"?");
    }

    /// <summary>How many letters must be changed, added or left out to make one word of the other.</summary>
    private static int Distance(string left, string right)
    {
        var previous = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
        {
            previous[j] = j;
        }

        for (var i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var change = char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]) ? 0 : 1;
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + change);
            }

            (previous, current) = (current, previous);
        }

        return previous[right.Length];
    }
}
