using System.Text.RegularExpressions;
using FalcoStreamer.Correlation;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Reporting;

/// <summary>What a behaviour says about an incident: that it is this, that it most likely is, that it only pretends to be, or that it is a part of it.</summary>
/// <param name="incident">Its judgement names the behaviour.</param>
/// <param name="placeholders">Those of the incident.</param>
/// <param name="guidance">What the rule's guide says about it; null for a rule that is not known.</param>
internal sealed partial class KnownIncident(Incident incident, Placeholders placeholders, RuleGuidance? guidance)
{
    /// <summary>What weighs less decides nothing.</summary>
    private const double WorthSettling = 2;

    private readonly Judgement _judgement = incident.Judgement;
    private readonly Behaviour _behaviour = incident.Judgement.Behaviour!;

    public string Headline()
    {
        if (PartOfStory() is { } part)
        {
            return part;
        }

        var place = SubjectPhrase.Within(incident.Subject);
        if (IsNotProven())
        {
            return $"It looks like something harmless {place} ({Title()}), but that is not proven";
        }

        if (_judgement.IsImitation)
        {
            return _behaviour.ImitationHeadline is { } headline && placeholders.Prose(headline) is { } filled
                ? filled
                : $"Something {place} imitates a known behaviour ({Title()}), but differs from it";
        }

        return People.Headline(incident) ?? AsSure(placeholders.Prose(_behaviour.Headline) ?? $"{Title()} {place}");
    }

    public string Explanation()
    {
        if (_judgement.IsImitation)
        {
            // What gave it away comes first among what does not fit.
            return _judgement.Against.Count == 0
                ? $"It pretends to be this: {Title()}. It does not match it in every part."
                : $"It pretends to be this: {Title()}. What does not fit stands below, first what gave it away.";
        }

        return IsNotProven() ? $"What is known of it does not decide whether it is this: {Title()}. If it is, this is why it happens: {Why()}" : Why();
    }

    /// <summary>What an imitation pretends to be; null for everything else.</summary>
    public string? Comparison() => _judgement.IsImitation ? Why() : null;

    /// <summary>What to do now, the first thing first; empty where the behaviour says nothing that fits.</summary>
    /// <param name="unknown">What to do where the behaviour is not proven: as with anything that is not known.</param>
    public List<string> Actions(UnknownIncident unknown)
    {
        var asked = People.Actions(incident);
        if (People.IsDoubtedHarmless(_judgement))
        {
            return asked;
        }

        if (IsNotProven())
        {
            return [.. asked, Settle(), .. unknown.Actions()];
        }

        var texts = _judgement.IsImitation ? _behaviour.ImitationActions : _behaviour.Actions;
        return [.. asked, .. texts.Select(placeholders.Prose).OfType<string>(), .. People.ElsewhereActions(incident)];
    }

    /// <summary>Whether a harmless behaviour matches, but with too little for it or too much against it to call the alert harmless.</summary>
    private bool IsNotProven() =>
        _judgement is { Verdict: Verdict.Undetermined, IsImitation: false, Attribution: null } && _behaviour.Nature == BehaviourNature.Harmless;

    private string Settle() => (_judgement.Against, _judgement.Unseen) switch
    {
        ([{ Weight: >= WorthSettling } against, ..], _) => $"Settle first what speaks against it: {Sentences.WithStop(against.Text)}",
        (_, { Count: > 0 }) => $"Settle first what could not be seen: {Sentences.Unseen(_judgement)}.",
        _ => $"Compare it with what is known of it: {Title()}.",
    };

    /// <summary>A headline promises no more than the verdict.</summary>
    private string AsSure(string headline) =>
        _judgement.Verdict == Verdict.LikelyBenign && _behaviour.Nature == BehaviourNature.Harmless ? Promise().Replace(headline, ": most likely harmless") : headline;

    /// <summary>An incident that another one's story tells says first what happened in itself, so that its Event is not the leader's once more.</summary>
    private string? PartOfStory()
    {
        var isTold = _behaviour.Steps.Count > 0 || _behaviour.MinimumOwners > 0 || Reopening.Is(_judgement);
        return isTold && StoryPhrase.Pointer(incident) is not null && guidance?.Happened is { } happened
            ? $"{happened} {SubjectPhrase.Within(incident.Subject)}, as a part of an attack: {Title()}"
            : null;
    }

    private string Why() => Sentences.WithStop(placeholders.Prose(_behaviour.Why) ?? Title());

    private string Title() => Sentences.WithoutStop(_behaviour.Title);

    [GeneratedRegex(@": (?:most likely |probably )?harmless\z", RegexOptions.CultureInvariant)]
    private static partial Regex Promise();
}
