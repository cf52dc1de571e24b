namespace FalcoStreamer.Sources.Log;

/// <summary>Where Falco's own log lies: the configuration's <c>sources.log</c>.</summary>
internal sealed class LogSourceOptions
{
    public bool Enabled { get; set; }

    /// <summary>
    /// Whole paths in which <c>*</c> and <c>?</c> stand for a part of one name: the logs of Falco's pods on this node, or its <c>file_output</c>.
    /// Rotated files are found beside them.
    /// </summary>
    public IList<string> Paths { get; set; } = [];

    /// <summary>What is wrong, as one sentence that names the key and the remedy; null when nothing is.</summary>
    public string? Problem()
    {
        if (!Enabled)
        {
            return null;
        }

        if (Paths.Count == 0)
        {
            return "sources.log.paths is empty: name Falco's log, e.g. /var/log/pods/*_falco-*/falco/*.log.";
        }

        foreach (var path in Paths)
        {
            if (!path.StartsWith('/') || path.EndsWith('/') || path.Contains("**", StringComparison.Ordinal))
            {
                return $"sources.log.paths has \"{path}\"; each must be the whole path of a file, in which * stands for a part of one name, "
                    + "e.g. /var/log/pods/*_falco-*/falco/*.log.";
            }
        }

        return null;
    }
}
