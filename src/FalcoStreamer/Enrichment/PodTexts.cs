using System.Collections.Frozen;

namespace FalcoStreamer.Enrichment;

/// <summary>Labels or annotations of a pod. Immutable.</summary>
/// <param name="entries">Those that are kept.</param>
/// <param name="isWhole">False where some were too long or too many to be kept: then what is not there is not known.</param>
internal sealed class PodTexts(KeyValuePair<string, string>[] entries, bool isWhole)
{
    public static PodTexts Empty { get; } = new([], isWhole: true);

    /// <summary>The value; the empty text where the pod has no such key; null where that is not known.</summary>
    public string? ValueOf(string key)
    {
        foreach (var entry in entries)
        {
            if (entry.Key == key)
            {
                return entry.Value;
            }
        }

        return isWhole ? "" : null;
    }

    /// <summary>The same with no other keys than <paramref name="keys"/>; nobody may ask it for others afterwards.</summary>
    public PodTexts Only(FrozenSet<string> keys)
    {
        var kept = Array.FindAll(entries, entry => keys.Contains(entry.Key));
        return kept.Length == entries.Length ? this : kept.Length == 0 && isWhole ? Empty : new PodTexts(kept, isWhole);
    }
}

/// <summary>The labels and annotations that anything asks for; a directory of pods keeps no others.</summary>
internal sealed record PodTextKeys(FrozenSet<string> Labels, FrozenSet<string> Annotations)
{
    public PodFacts Trim(PodFacts pod) => pod with { Labels = pod.Labels.Only(Labels), Annotations = pod.Annotations.Only(Annotations) };
}
