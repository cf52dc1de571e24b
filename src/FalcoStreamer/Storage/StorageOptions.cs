namespace FalcoStreamer.Storage;

/// <summary>The section <c>storage</c>.</summary>
internal sealed class StorageOptions
{
    /// <summary>A directory of this node in which alerts wait; null keeps them in memory.</summary>
    public string? Path { get; set; }

    /// <summary>How much of the disk may be used, in bytes as <c>du</c> counts them.</summary>
    public long MaxBytes { get; set; } = 256 * 1024 * 1024;

    /// <summary>What must not lose anything: the end of the <c>process</c>, or a power cut of the <c>node</c>.</summary>
    public string Sync { get; set; } = "process";

    /// <summary>Whether a commit waits for the disk.</summary>
    public bool SurvivesPowerCut => Sync == "node";

    /// <summary>What is wrong with it, with the key; null for nothing.</summary>
    public string? Problem()
    {
        const long least = 16 * 1024 * 1024;
        if (Path is { } path && !System.IO.Path.IsPathFullyQualified(path))
        {
            return $"storage.path {path} must be an absolute path, or null to keep alerts in memory";
        }

        if (MaxBytes < least)
        {
            return $"storage.maxBytes {MaxBytes} must be at least {least}";
        }

        return Sync is "process" or "node" ? null : $"storage.sync {Sync} must be process or node";
    }
}
