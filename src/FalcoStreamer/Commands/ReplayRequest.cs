using FalcoStreamer.Configuration;

namespace FalcoStreamer.Commands;

/// <summary>What a replay is asked for; the members are the options of the command.</summary>
internal sealed record ReplayRequest(
    IReadOnlyList<string> Files,
    string? Pods,
    string? Cluster,
    string? Knowledge,
    string Format,
    string MinVerdict,
    AgentOptions Options);
