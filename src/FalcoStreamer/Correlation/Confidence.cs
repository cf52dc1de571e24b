namespace FalcoStreamer.Correlation;

/// <summary>The one formula that makes a confidence out of evidence.</summary>
internal static class Confidence
{
    private const double LeftPerSupport = 0.95;
    private const double LeftPerContradiction = 0.99;
    private const double LeastLeftOfContradictions = 0.95;

    /// <summary>
    /// <c>1 − 2^(−decisive / 2)</c>, where decisive is how far the stronger side outweighs the other: 3 points give 0.65, 8 give 0.94, none gives 0;
    /// never more than 0.99, because an alert is not the whole truth. Then 0.95 of it is left for each thing of weight that would have spoken for it and was
    /// not to be seen, and 0.99, in all not less than 0.95, for each that would have spoken against it: Falco's usual fields leave several of those
    /// open. <see cref="LossLog"/> caps it where Falco or the agent itself lost something.
    /// </summary>
    /// <param name="unseenSupport">How many things would have spoken for it and are not known.</param>
    /// <param name="unseenContradictions">How many would have spoken against it and are not known.</param>
    public static double From(double stronger, double weaker, int unseenSupport = 0, int unseenContradictions = 0) => Math.Round(
        Math.Clamp(1 - Math.Pow(2, -(stronger - weaker) / 2), 0, 0.99)
            * Math.Pow(LeftPerSupport, unseenSupport)
            * Math.Max(LeastLeftOfContradictions, Math.Pow(LeftPerContradiction, unseenContradictions)),
        2);
}
