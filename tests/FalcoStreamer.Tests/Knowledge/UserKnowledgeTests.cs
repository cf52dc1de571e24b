using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Tests.Knowledge;

/// <summary>A user's directory over what is shipped.</summary>
public sealed class UserKnowledgeTests : IDisposable
{
    private const string Head = "schema: falcostreamer/behaviours/v1\nbehaviours:\n";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("knowledge");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void AddsEvidenceToAShippedBehaviour_WhenItIsExtendedByItself()
    {
        Write("mirror.yaml", Head + """
            - id: calico-felix-xdp-tag
              extends: calico-felix-xdp-tag
              title: Felix, from our mirror
              for:
              - {field: container.image.repository, in: [mirror.example/calico/node], weight: 2, says: "The image is {value}, our mirror"}
            """);
        var shipped = BehaviourLibrary.Load(null).All.Single(behaviour => behaviour.Id == "calico-felix-xdp-tag");

        var extended = BehaviourLibrary.Load(_directory.FullName).All.Single(behaviour => behaviour.Id == "calico-felix-xdp-tag");

        Assert.Equal("Felix, from our mirror", extended.Title);
        Assert.Equal(shipped.Headline, extended.Headline);
        Assert.Equal(shipped.For.Count + 1, extended.For.Count);
        Assert.Equal(shipped.Against.Count, extended.Against.Count);
        Assert.EndsWith("mirror.yaml", extended.File, StringComparison.Ordinal);
    }

    [Fact]
    public void RefusesACircle_BecauseOnlyWhatIsKnownCanBeExtended()
    {
        Write("a.yaml", Head + "- {id: a, extends: b}\n- {id: b, extends: a}\n");

        var problem = Assert.Throws<BehaviourFileException>(() => BehaviourLibrary.Load(_directory.FullName));

        Assert.Contains("a.yaml:3: \"extends\" names \"b\", which is not known here", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LeavesOutAWrongFileWhole_AndTakesTheOthers()
    {
        Write("a.yaml", Head + "- {id: good, title: t, nature: attack, headline: h, why: w, when: [{field: alert.rule, in: [x]}]}\n- {id: bad}\n");
        Write("b.yaml", Head + "- {id: fine, title: t, nature: attack, headline: h, why: w, when: [{field: alert.rule, in: [x]}]}\n");
        List<BehaviourFileException> refused = [];

        var library = BehaviourLibrary.Load(_directory.FullName, refused.Add);

        Assert.Contains("a.yaml:4:", Assert.Single(refused).Message, StringComparison.Ordinal);
        Assert.DoesNotContain(library.All, behaviour => behaviour.Id is "good" or "bad");
        Assert.Contains(library.All, behaviour => behaviour.Id == "fine");
    }

    [Fact]
    public void ReadsRulesOfTheUsersOwn_BesideBehaviours()
    {
        Write("rules.yaml", """
            schema: falcostreamer/rules/v1
            rules:
            - rule: Our own rule
              maturity: custom
              family: exec
              happened: ["{process} ran at night"]
              detects: It sees the nightly job.
              usualCauses: ["The nightly job."]
              seriousWhen: ["It is day."]
              checkFirst: ["Look at the clock."]
              actions: ["Ask whoever wrote the rule."]
            """);

        Assert.Equal("It sees the nightly job.", RuleLibrary.Load(_directory.FullName).Find("our own rule")?.Detects);
        Assert.NotEmpty(BehaviourLibrary.Load(_directory.FullName).All);
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_directory.FullName, name), text);
}
