using FalcoStreamer.Alerts;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Correlation;

/// <summary>Says what an alert is taken for by itself: by the behaviours, in the company that it keeps, and as far as could be seen. For one caller at a time.</summary>
internal sealed class AlertJudge(BehaviourLibrary library, CompanyTracker company, LossLog losses)
{
    private readonly BehaviourMatcher _matcher = new(library);

    /// <summary>What makes alerts of one subject one incident.</summary>
    public static string CauseOf(FalcoAlert alert, Judgement judgement) => judgement.Behaviour is { } behaviour
        ? judgement.IsImitation ? $"imitation of {behaviour.Id}" : behaviour.Id
        : $"{alert.Rule}\0{alert.Field("proc.name"u8)}";

    /// <summary>The alert's judgement and the facts that it rests on.</summary>
    public (Facts Facts, Judgement Judgement) Judge(FalcoAlert alert, Subject subject)
    {
        var lostEvents = losses.HasFalcoLost(alert, alert.Time);
        // Its own incident is no company; which one that is can be guessed from the same alert before.
        var own = company.CauseOfSame(alert, subject);
        var facts = _matcher.FactsOf(alert, subject, Without(own));
        var judgement = _matcher.Judge(facts, subject);
        if (judgement.Behaviour is not null && CauseOf(alert, judgement) is var cause && cause != own && company.Knows(subject, cause))
        {
            facts = facts.In(Without(cause));
            judgement = _matcher.Judge(facts, subject);
        }

        return (facts, losses.Dim(judgement, alert, alert.Time));

        Company Without(string? cause) => company.Of(subject, alert.Time, cause) with { LostEvents = lostEvents };
    }
}
