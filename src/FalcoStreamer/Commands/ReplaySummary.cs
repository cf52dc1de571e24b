using System.Globalization;
using FalcoStreamer.Correlation;

namespace FalcoStreamer.Commands;

/// <summary>What a replay says at its end.</summary>
internal sealed class ReplaySummary
{
    private readonly Dictionary<Verdict, (long Incidents, long Alerts)> _byVerdict = [];

    public long Alerts => _byVerdict.Values.Sum(numbers => numbers.Alerts);

    public void Add(Incident incident)
    {
        var (incidents, alerts) = _byVerdict.GetValueOrDefault(incident.Judgement.Verdict);
        _byVerdict[incident.Judgement.Verdict] = (incidents + 1, alerts + incident.Count);
    }

    /// <summary>E.g. <c>12 alerts, 8 incidents: 2 benign (5 alerts), 6 undetermined (7)</c>.</summary>
    public override string ToString()
    {
        var parts = _byVerdict
            .OrderBy(entry => entry.Key)
            .Select(entry => $"{Number(entry.Value.Incidents)} {entry.Key.Word()} ({Count(entry.Value.Alerts, "alert")})");
        return $"{Count(Alerts, "alert")}, {Count(_byVerdict.Values.Sum(numbers => numbers.Incidents), "incident")}: {string.Join(", ", parts)}";
    }

    /// <summary>E.g. <c>1 alert</c>, <c>2 alerts</c>.</summary>
    public static string Count(long count, string noun) => $"{Number(count)} {noun}{(count == 1 ? "" : "s")}";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
