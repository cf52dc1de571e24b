namespace FalcoStreamer.Correlation;

/// <summary>The one formula that makes a confidence out of evidence.</summary>
internal static class Confidence
{
    /// <summary>
    /// <c>1 − 2^(−decisive / 2)</c>, where decisive is how far the stronger side outweighs the other: 3 points give 0.65, 8 give 0.94, none gives 0.
    /// Never more than 0.99, because an alert is not the whole truth.
    /// </summary>
    public static double From(double stronger, double weaker) =>
        Math.Round(Math.Clamp(1 - Math.Pow(2, -(stronger - weaker) / 2), 0, 0.99), 2);
}
