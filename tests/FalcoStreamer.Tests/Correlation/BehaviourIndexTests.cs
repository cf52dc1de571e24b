using System.Text.Json;
using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;
using FalcoStreamer.Tests.Judging;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Correlation;

/// <summary>Preparing the matching may make it faster, and must never change a judgement.</summary>
public sealed class BehaviourIndexTests
{
    private static readonly BehaviourLibrary Library = Shipped.Behaviours;

    private readonly BehaviourMatcher _matcher = new(Library);

    [Fact]
    public void JudgesRecordedAlertsAsAllBehavioursTogetherDo()
    {
        foreach (var alert in Recordings.GrpcAlerts().Concat(Recordings.HttpAlerts()))
        {
            AssertSame(alert, SomePods.Subject(SomePods.Pod(SomePods.Container())));
            AssertSame(alert, new Subject { Kind = SubjectKind.Node, Resolution = Resolution.Live, Name = "node-1" });
            AssertSame(alert, new Subject { Kind = SubjectKind.Unresolved, Resolution = Resolution.None });
        }
    }

    [Fact]
    public void JudgesLabelledAlertsAsAllBehavioursTogetherDo()
    {
        foreach (var alert in JudgementCases.All().SelectMany(judged => judged.Alerts))
        {
            AssertSame(FalcoAlert.FromJson(JsonSerializer.SerializeToUtf8Bytes(alert)), SomePods.CalicoSubject());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void JudgesAlertsMadeOfWhatBehavioursAskFor_AsAllBehavioursTogetherDo(int seed)
    {
        var random = new Random(seed);
        var questions = Library.Single.SelectMany(behaviour => behaviour.Questions()).Where(question => question.Values.Count > 0).ToList();
        var matched = 0;
        for (var i = 0; i < 1000; i++)
        {
            // The questions of one behaviour and some of others, so that many come near to an answer.
            var behaviour = Library.Single[random.Next(Library.Single.Count)];
            var asked = behaviour.Questions().Where(_ => random.Next(4) > 0).Concat(random.GetItems([.. questions], 3)).ToList();
            var fields = asked.Where(question => question.AlertField is not null)
                .Select(question => (question.Field[FactNames.AlertPrefix.Length..], (object?)TextFor(question, random)))
                .DistinctBy(field => field.Item1)
                .ToArray();
            var rule = asked.FirstOrDefault(question => question.Field == "alert.rule")?.Values[0] ?? "Detect Shell in Container";

            matched += AssertSame(Some.Alert(rule, fields: fields), SubjectFor(asked, random)) ? 1 : 0;
        }

        Assert.InRange(matched, 50, 1000);
    }

    [Fact]
    public void TriesOnlyWhatCanAnswer_HoweverMuchIsKnown()
    {
        var copies = Enumerable.Range(0, 600).Select(number => Library.All.Single(behaviour => behaviour.Id == "calico-felix-xdp-tag") with
        {
            Id = $"copy-{number}",
            When = [new FieldPredicate("alert.proc.cmdline", PredicateOperator.In, [$"sh -c tool-{number} run"], 3, null)],
            Resembles = [new FieldPredicate("alert.proc.cmdline", PredicateOperator.Contains, [$"tool-{number} "], 10, null)],
        }).ToList();
        var index = new ClueIndex([.. copies.Select(ClueSet.Of)]);

        var found = index.Find(new Facts(Some.Alert(fields: ("proc.cmdline", "sh -c tool-17 run; id")), SomePods.CalicoSubject(), default));

        Assert.Equal(0, index.AlwaysTried);
        Assert.InRange(found.Count, 1, 20);
        Assert.Contains(17, Enumerable.Range(0, found.Count).Select(i => found[i]));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(60)]
    public void FindsEveryTextWhereverItLies(int number)
    {
        var random = new Random(number);
        var texts = Enumerable.Range(0, number)
            .Select(item => new WantedText([.. Enumerable.Range(0, 2 + (item % 12)).Select(_ => (byte)random.Next('a', 'e'))], [item]))
            .ToList();
        var longer = new GramTable([.. texts.Where(text => text.Utf8.Length >= GramTable.ShortestText)]);
        var shorter = new ShortTexts([.. texts.Where(text => text.Utf8.Length < GramTable.ShortestText)]);
        var found = new Candidates(number);
        for (var i = 0; i < 2000; i++)
        {
            byte[] value = [.. Enumerable.Range(0, random.Next(40)).Select(_ => (byte)random.Next('a', 'e')), .. texts[random.Next(number)].Utf8, .. "ab"u8[..random.Next(3)]];

            found.Clear();
            longer.Find(value, found);
            shorter.Find(value, found);
            found.Sort();

            Assert.Equal(
                texts.Where(text => value.AsSpan().IndexOf(text.Utf8) >= 0).Select(text => text.Items[0]),
                Enumerable.Range(0, found.Count).Select(place => found[place]));
        }
    }

    private bool AssertSame(FalcoAlert alert, Subject subject)
    {
        var facts = _matcher.FactsOf(alert, subject);
        var naive = Library.Single.Select(behaviour => BehaviourMatcher.JudgeBy(behaviour, facts, subject)).Aggregate(BehaviourMatcher.Better);

        var judgement = _matcher.Judge(facts, subject);

        Assert.Equal(naive?.Behaviour?.Id, judgement.Behaviour?.Id);
        Assert.Equal((naive?.Verdict ?? Verdict.Undetermined, naive?.Confidence ?? 0, naive?.IsImitation ?? false), (judgement.Verdict, judgement.Confidence, judgement.IsImitation));
        Assert.Equal(naive?.For ?? [], judgement.For);
        Assert.Equal(naive?.Against ?? [], judgement.Against);
        return naive is not null;
    }

    /// <summary>A text that the question may answer with yes, as it is or with something around it.</summary>
    private static string TextFor(FieldPredicate question, Random random)
    {
        var value = question.Values[random.Next(question.Values.Count)];
        var text = question.Operator == PredicateOperator.Matches ? string.Concat(PatternLiterals.Of(value).Select(texts => texts[0])) : value;
        return random.Next(5) switch
        {
            0 => $"{text} x",
            1 => $"x {text}",
            _ => text,
        };
    }

    private static Subject SubjectFor(List<FieldPredicate> asked, Random random)
    {
        string? Answer(string field) => asked.FirstOrDefault(question => question.Field == field && question.Operator == PredicateOperator.In)?.Values[0];
        var owner = Answer("pod.owner")?.Split('/');
        var commands = new SpecCommand(SpecCommandKind.LivenessProbe, ["sh", "-c", "id"], null);
        var container = SomePods.Container(Answer("container.name") ?? "main", $"{Answer("container.image.repository") ?? "busybox"}:1") with { SpecCommands = [commands] };
        var pod = SomePods.Pod(container, ns: Answer("pod.namespace") ?? "lab") with { Controller = owner is null ? null : new OwnerFacts("apps/v1", owner[0], owner[1], "u") };
        var subject = SomePods.Subject(pod);
        return random.Next(4) == 0 ? subject with { Kind = SubjectKind.Unresolved, Pod = null, ContainerFacts = null } : subject;
    }
}
