using System.Buffers;
using System.Globalization;

namespace FalcoStreamer.Enrichment;

/// <summary>Reads container IDs as the API server and Falco write them.</summary>
internal static class ContainerIds
{
    /// <summary>How many digits Falco's <c>container.id</c> has.</summary>
    public const int ShortLength = 12;

    private const int LongestLength = 128;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>
    /// The full ID without its scheme (<c>containerd://</c>, <c>cri-o://</c>, <c>docker://</c>). Null where it is absent, or is none:
    /// the API server validates nothing (contracts/kubernetes.md, "Pods").
    /// </summary>
    public static string? WithoutScheme(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        var id = scheme < 0 ? text : text[(scheme + 3)..];
        return id.Length is >= ShortLength and <= LongestLength && !id.AsSpan().ContainsAnyExcept(HexDigits) ? id : null;
    }

    /// <summary>The first 12 digits as a number; false for text that is no container ID.</summary>
    public static bool TryGetKey(ReadOnlySpan<byte> id, out ulong key)
    {
        key = 0;
        return id.Length is >= ShortLength and <= LongestLength
            && ulong.TryParse(id[..ShortLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out key);
    }

    /// <summary>The first 12 digits of an ID that <see cref="WithoutScheme"/> gave.</summary>
    public static ulong KeyOf(string id) =>
        ulong.Parse(id.AsSpan(0, ShortLength), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
