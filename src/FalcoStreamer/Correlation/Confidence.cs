namespace FalcoStreamer.Correlation;

/// <summary>The one formula that makes a confidence out of evidence.</summary>
internal static class Confidence
{
    /// <summary>What is left of the confidence for each thing that would have counted and was not to be seen.</summary>
    public const double LeftPerUnseen = 0.95;

    /// <summary>
    /// <c>(1 − 2^(−decisive / 2)) × 0.95^unseen</c>, where decisive is how far the stronger side outweighs the other and unseen how many things that
    /// would have counted were not to be seen: 3 points give 0.65, 8 give 0.94, none gives 0; with two things unseen 8 points give 0.85.
    /// Never more than 0.99, because an alert is not the whole truth. <see cref="LossLog"/> caps it where Falco or the agent itself lost something.
    /// </summary>
    public static double From(double stronger, double weaker, int unseen = 0) =>
        Math.Round(Math.Clamp(1 - Math.Pow(2, -(stronger - weaker) / 2), 0, 0.99) * Math.Pow(LeftPerUnseen, unseen), 2);
}
