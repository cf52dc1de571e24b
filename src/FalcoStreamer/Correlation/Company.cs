using FalcoStreamer.Alerts;

namespace FalcoStreamer.Correlation;

/// <summary>
/// What else happened on an alert's container in the ten minutes before it, and whether Falco saw everything. The default value says that nobody looked:
/// every answer is then "not known".
/// </summary>
internal readonly record struct Company
{
    /// <summary>The rules of the container's other incidents.</summary>
    public IReadOnlyList<string>? Rules { get; init; }

    /// <summary>How many of the container's other incidents are undetermined or suspicious.</summary>
    public int? Unexplained { get; init; }

    /// <summary>The command lines of the container's earlier alerts.</summary>
    public IReadOnlyList<Utf8Text>? Commands { get; init; }

    /// <summary>Whether Falco said within the last two minutes that it lost events.</summary>
    public bool? LostEvents { get; init; }
}
