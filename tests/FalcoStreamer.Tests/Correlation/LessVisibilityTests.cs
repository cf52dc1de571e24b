using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Correlation;

/// <summary>What could not be seen is said, and nothing is sure meanwhile.</summary>
public sealed class LessVisibilityTests
{
    private readonly Correlator _correlator = new(Shipped.Behaviours, new CorrelationOptions());
    private readonly List<IncidentChange> _changes = [];

    [Fact]
    public void CallsNothingBenign_WhileFalcoLosesEvents()
    {
        Drop(0);
        Calico(100);

        var judgement = JudgementOfCalico();
        Assert.Equal((Verdict.LikelyBenign, 0.75), (judgement.Verdict, judgement.Confidence));
        Assert.Contains(judgement.Unseen, text => text.Contains("lost events", StringComparison.Ordinal));
    }

    [Fact]
    public void TakesBackWhatIsOpen_WhenFalcoTellsOfItsLossAfterwards()
    {
        Calico(0);
        Drop(5);

        Assert.Equal(IncidentChangeKind.Rejudged, _changes.Last(change => change.Incident.Subject.Kind == SubjectKind.Pod).Kind);
        Assert.Equal(Verdict.LikelyBenign, JudgementOfCalico().Verdict);
    }

    [Theory]
    [InlineData(121, "node-1")]
    [InlineData(10, "node-2")]
    public void IsSureAgain_AfterTwoMinutesAndOnOtherNodes(int seconds, string node)
    {
        Drop(0, node);
        Calico(seconds);

        Assert.Equal(Verdict.Benign, JudgementOfCalico().Verdict);
    }

    [Theory]
    [InlineData(0, 0, 0, false)]
    [InlineData(3, 3, 0, false)]
    [InlineData(4, 3, 0, true)]
    [InlineData(0, 0, 1, true)]
    public void ReadsFalcosFigures(int drops, int dropsBefore, int outputs, bool isLoss)
    {
        Add(Some.Alert(
            "Falco internal: metrics snapshot", Priority.Informational,
            fields: [("container.id", null), ("proc.cmdline", null), ("proc.name", null), ("scap.n_drops", drops), ("scap.n_drops_prev", dropsBefore), ("falco.outputs_queue_num_drops", outputs)]), Node());
        Calico(10);

        Assert.Equal(isLoss ? Verdict.LikelyBenign : Verdict.Benign, JudgementOfCalico().Verdict);
    }

    [Fact]
    public void IsNoLongerSure_WhenWeLostAlertsOurselves()
    {
        Calico(0);
        _correlator.AlertsLost(3, Some.Time + TimeSpan.FromSeconds(1), _changes);
        _correlator.AlertsLost(4, Some.Time + TimeSpan.FromSeconds(2), _changes);
        Calico(3);
        _correlator.CloseAll(_changes);

        var judgement = JudgementOfCalico();
        Assert.Equal(Verdict.LikelyBenign, judgement.Verdict);
        Assert.Single(judgement.Unseen, text => text.Contains("lost before they could be judged", StringComparison.Ordinal));
        Assert.Contains(judgement.Unseen, text => text.Contains("7 or more", StringComparison.Ordinal));
    }

    [Fact]
    public void TellsOnce_WhenFalcoLosesEventsAllTheTime()
    {
        Calico(0);
        for (var i = 1; i < 60; i++)
        {
            Drop(i);
            Calico(i);
        }

        Assert.Single(_changes, change => change.Kind == IncidentChangeKind.Rejudged);
    }

    [Fact]
    public void IsLessSure_ForEachThingThatWasNotToBeSeen()
    {
        Assert.Equal(0.94, Confidence.From(8, 0));
        Assert.Equal(0.89, Confidence.From(8, 0, unseenSupport: 1));
        Assert.Equal(0.85, Confidence.From(8, 0, unseenSupport: 2));
    }

    [Fact]
    public void IsLessSure_WhenThePodWasNeverFound()
    {
        Calico(0);
        var known = JudgementOfCalico();
        _changes.Clear();
        Add(SomePods.CalicoAlert("B", Some.Time), new Subject { Kind = SubjectKind.Unresolved, Resolution = Resolution.Falco, ContainerId = "64fac540e48f", Namespace = "kube-system", Name = "calico-node-x2x9p", Container = "calico-node" });

        var unresolved = _changes[^1].Incident.Judgement;
        Assert.Contains("the pod that this container belongs to", unresolved.Unseen);
        Assert.True(unresolved.Confidence < known.Confidence);
    }

    private static Subject Node() => new() { Kind = SubjectKind.Node, Resolution = Resolution.None, Name = "node-1" };

    private void Drop(double seconds, string node = "node-1")
    {
        var text = System.Text.Encoding.UTF8.GetString(Some.Alert(
            "Falco internal: syscall event drop", Priority.Debug, Some.Time + TimeSpan.FromSeconds(seconds),
            fields: [("container.id", null), ("proc.cmdline", null), ("proc.name", null), ("n_drops", 177560)]).Bytes.Span);
        Add(FalcoAlert.FromJson(System.Text.Encoding.UTF8.GetBytes(text.Replace("node-1", node, StringComparison.Ordinal))), Node());
    }

    private void Calico(double seconds) => Add(SomePods.CalicoAlert("A", Some.Time + TimeSpan.FromSeconds(seconds)), SomePods.CalicoSubject());

    private Judgement JudgementOfCalico() => _changes.Last(change => change.Incident.Subject.Kind == SubjectKind.Pod).Incident.Judgement;

    private void Add(FalcoAlert alert, Subject subject) => _correlator.Add(alert, subject, alert.Time, _changes);
}
