using FalcoStreamer.Knowledge;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Knowledge;

public sealed class SentencesTests
{
    [Fact]
    public void NoRuleIsDescribedByGenericPhrases()
    {
        var texts = RuleLibrary.Load().All.SelectMany(guide => guide.UsualCauses.Concat(guide.SeriousWhen).Concat(guide.CheckFirst).Concat(guide.Actions)
            .Select(advice => advice.Text).Append(guide.Detects).Append(guide.Note ?? ""));

        Assert.All(texts, text => Assert.True(GenericPhrases.In(text) is null, $"\"{GenericPhrases.In(text)}\" in: {text}"));
    }

    [Fact]
    public void NoBehaviourIsDescribedByGenericPhrases()
    {
        var texts = Shipped.Behaviours.All.SelectMany(behaviour =>
            new[] { behaviour.Title, behaviour.Headline, behaviour.ImitationHeadline ?? "", behaviour.Why }
                .Concat(behaviour.Actions).Concat(behaviour.ImitationActions)
                .Concat(behaviour.For.Concat(behaviour.Against).Concat(behaviour.When).Concat(behaviour.Resembles).Select(predicate => predicate.Says ?? "")));

        Assert.All(texts, text => Assert.True(GenericPhrases.In(text) is null, $"\"{GenericPhrases.In(text)}\" in: {text}"));
    }
}
