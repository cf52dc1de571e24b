using System.Globalization;

namespace FalcoStreamer.Telemetry;

/// <summary>
/// What became of everything that a source gave or a sink was given: received = delivered + collapsed + dropped + held (docs/accounting.md).
/// </summary>
/// <param name="Name">The source's or the sink's name.</param>
/// <param name="Received">Alerts of a source; records for a sink.</param>
/// <param name="Delivered">Judged; or taken by the receiver.</param>
/// <param name="Collapsed">Was there already as another alert; or has become part of a newer state.</param>
/// <param name="Dropped">What is lost, by reason.</param>
/// <param name="Held">What is still on its way.</param>
internal sealed record Account(
    string Name, long Received, long Delivered, long Collapsed, IReadOnlyDictionary<string, long> Dropped, long Held)
{
    /// <summary>How many were received and cannot be found anywhere; negative where more came out than in.</summary>
    public long Missing => Received - Delivered - Collapsed - Dropped.Values.Sum() - Held;

    /// <summary>E.g. <c>otlp received 12 = delivered 9 + collapsed 0 + dropped 1 (refused 1) + held 2</c>.</summary>
    public override string ToString()
    {
        var lost = Dropped.Where(reason => reason.Value != 0).OrderBy(reason => reason.Key, StringComparer.Ordinal)
            .Select(reason => string.Create(CultureInfo.InvariantCulture, $"{reason.Key} {reason.Value}")).ToList();
        var reasons = lost.Count == 0 ? "" : $" ({string.Join(", ", lost)})";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Name} received {Received} = delivered {Delivered} + collapsed {Collapsed} + dropped {Dropped.Values.Sum()}{reasons} + held {Held}");
    }
}

/// <summary>The accounts of all sources and sinks at one moment. While alerts are on the move a few may be between two counts; at rest all add up.</summary>
/// <param name="Sources">What each holds is what is left of it; nothing tells the alerts on their way apart by source.</param>
/// <param name="AlertsHeld">The alerts that are on their way, as they are counted where they are.</param>
internal sealed record Accounts(IReadOnlyList<Account> Sources, long AlertsHeld, IReadOnlyList<Account> Sinks)
{
    /// <summary>Whether everything that was received is accounted for.</summary>
    public bool AddUp =>
        Sources.All(source => source is { Missing: 0, Held: >= 0 })
        && Sources.Sum(source => source.Held) == AlertsHeld
        && Sinks.All(sink => sink.Missing == 0);

    /// <summary>All of them on one line.</summary>
    public override string ToString()
    {
        var parts = Sources.Select(source => $"source {source}").Concat(Sinks.Select(sink => $"sink {sink}"));
        return string.Create(CultureInfo.InvariantCulture, $"{string.Join("; ", parts)}; alerts held {AlertsHeld}");
    }
}
