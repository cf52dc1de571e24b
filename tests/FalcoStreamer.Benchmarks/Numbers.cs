using System.Globalization;

namespace FalcoStreamer.Benchmarks;

/// <summary>Figures of several runs.</summary>
internal static class Numbers
{
    public static double Median(IReadOnlyCollection<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>Half of what lies between the least and the most, in percent of the median.</summary>
    public static double SpreadPercent(IReadOnlyCollection<double> values) =>
        Median(values) == 0 ? 0 : (values.Max() - values.Min()) / 2 / Median(values) * 100;

    public static string Show(double value) => value.ToString(value < 100 ? "0.##" : "0", CultureInfo.InvariantCulture);
}
