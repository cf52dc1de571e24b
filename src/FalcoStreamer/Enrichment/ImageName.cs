namespace FalcoStreamer.Enrichment;

/// <summary>Compares images although every component writes their names differently.</summary>
internal static class ImageName
{
    /// <summary>The tag of an image; <c>latest</c> where neither tag nor digest is written, null for null and for a digest without a tag.</summary>
    public static string? Tag(string? image)
    {
        if (string.IsNullOrEmpty(image) || image.StartsWith("sha256:", StringComparison.Ordinal))
        {
            return null;
        }

        var digest = image.IndexOf('@', StringComparison.Ordinal);
        var name = digest < 0 ? image : image[..digest];
        var tag = name.LastIndexOf(':');
        return tag > name.LastIndexOf('/') ? name[(tag + 1)..] : digest < 0 ? "latest" : null;
    }

    /// <summary>
    /// Whether two names mean one image: one repository, and one digest where both have one, else one tag. Null where that cannot be told, as with a
    /// digest on one side and a tag on the other.
    /// </summary>
    public static bool? IsSame(string one, string other)
    {
        if (one == other)
        {
            return true;
        }

        if (Repository(one) is not { } repository || Repository(other) is not { } otherRepository)
        {
            return null;
        }

        if (repository != otherRepository)
        {
            return false;
        }

        if (Digest(one) is { } digest && Digest(other) is { } otherDigest)
        {
            return digest == otherDigest;
        }

        return Tag(one) is { } tag && Tag(other) is { } otherTag ? tag == otherTag : null;
    }

    /// <summary>
    /// The repository of an image without tag and digest, with the registry and the <c>library</c> that Docker's short names leave out:
    /// <c>calico/node:v3</c> is <c>docker.io/calico/node</c>. Null for null and for a bare digest.
    /// </summary>
    public static string? Repository(string? image)
    {
        if (string.IsNullOrEmpty(image) || image.StartsWith("sha256:", StringComparison.Ordinal))
        {
            return null;
        }

        var digest = image.IndexOf('@', StringComparison.Ordinal);
        var name = digest < 0 ? image : image[..digest];
        var tag = name.LastIndexOf(':');
        if (tag > name.LastIndexOf('/'))
        {
            name = name[..tag];
        }

        var slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return $"docker.io/library/{name}";
        }

        // A registry has a dot or a port in its name; everything else is a user of Docker Hub.
        var first = name.AsSpan(0, slash);
        return first.Contains('.') || first.Contains(':') || first.SequenceEqual("localhost")
            ? name.StartsWith("index.docker.io/", StringComparison.Ordinal) ? $"docker.io/{name["index.docker.io/".Length..]}" : name
            : $"docker.io/{name}";
    }

    private static string? Digest(string image) => image.IndexOf('@', StringComparison.Ordinal) is var at and >= 0 ? image[(at + 1)..] : null;
}
