namespace FalcoStreamer.Sources.Replay;

/// <summary>How large what is read may be.</summary>
internal static class ReplayLimits
{
    /// <summary>The longest alert in bytes. Falco's own are a few KiB; fields of a process may be megabytes.</summary>
    public const int MaxAlertBytes = 8 * 1024 * 1024;

    public const string TooLong = "it is longer than 8 MiB, which no alert is; it was left out";
}
