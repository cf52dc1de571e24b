using FalcoStreamer.Alerts;
using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Correlation;

/// <summary>What is thought of something explained once an attack on the same container has followed it.</summary>
internal static class Reopening
{
    private const double WeightOfNearness = 3;
    private const string Before = "something that by itself was explained: ";

    /// <summary>Whether an incident was explained until an attack followed it.</summary>
    public static bool Is(Judgement judgement) => judgement.Story is [{ Step: var step }, ..] && step.StartsWith(Before, StringComparison.Ordinal);

    /// <summary>The judgement of the incident <paramref name="before"/> that was explained.</summary>
    /// <param name="before">It was explained until now.</param>
    /// <param name="attack">The incident of the attack.</param>
    /// <param name="alert">The alert that is the attack.</param>
    /// <param name="subject">What that alert is about.</param>
    public static Judgement Judge(OpenIncident before, OpenIncident attack, FalcoAlert alert, Subject subject)
    {
        var behaviour = attack.Judgement.Behaviour!;
        return new Judgement
        {
            Verdict = Verdict.Suspicious,
            Confidence = attack.Judgement.Confidence,
            Behaviour = behaviour,
            For = [.. attack.Judgement.For, new Evidence("That attack came within ten minutes after this, on the same container", WeightOfNearness)],
            Against = before.Judgement.For,
            Story =
            [
                new(before.LastTime, Before + before.Judgement.Behaviour!.Title, before.First.Rule, before.First.Id, before.Subject, Command: StoryLine.CommandOf(before.First)),
                new(alert.Time, $"an attack: {behaviour.Title}", alert.Rule, alert.Id, subject, Command: StoryLine.CommandOf(alert)),
            ],
            Sequence = new SequenceLink(attack.Id, attack.Subject),
        };
    }
}
