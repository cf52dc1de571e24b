using System.Globalization;
using FalcoStreamer.Alerts;

namespace FalcoStreamer.Correlation;

/// <summary>
/// Remembers for two minutes that something was not to be seen: what Falco lost on a node, and alerts that were lost on their way here.
/// </summary>
internal sealed class LossLog
{
    /// <summary>How long before and after its report a loss counts: Falco tells of it only some time later.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(2);

    /// <summary>No verdict is surer than this while something was not to be seen.</summary>
    public const double MostConfidence = 0.75;

    private const int MaxNodes = 256;
    private const string LostOnTheWay = " lost before they could be judged";
    private const string LostByFalco = "what Falco missed: it lost events within two minutes of this";

    private readonly RecentlyUsed<FalcoLoss> _nodes = new(MaxNodes);
    private long _ownLosses;
    private AlertTime? _lastOwnLoss;

    /// <summary>Takes note if the alert is Falco's own word that it lost something.</summary>
    /// <returns>Whether it is.</returns>
    public bool Note(FalcoAlert alert)
    {
        if (!alert.RuleText.Span.StartsWith("Falco internal: "u8))
        {
            return false;
        }

        var loss = _nodes.Get(NodeOf(alert), static () => new FalcoLoss());
        if (!loss.IsToldBy(alert))
        {
            return false;
        }

        loss.Last = alert.Time;
        return true;
    }

    /// <summary>Takes note that alerts were lost on their way here.</summary>
    public void NoteOwn(long count, AlertTime time)
    {
        _ownLosses = _lastOwnLoss is { } last && IsNear(last, time) ? _ownLosses + count : count;
        _lastOwnLoss = time;
    }

    /// <summary>Whether Falco said around <paramref name="time"/> that it lost events on the node of this alert.</summary>
    public bool HasFalcoLost(FalcoAlert alert, AlertTime time) => _nodes.Find(NodeOf(alert))?.Last is { } last && IsNear(last, time);

    /// <summary>The judgement as far as it can be held while something was not to be seen at <paramref name="time"/>.</summary>
    public Judgement Dim(Judgement judgement, FalcoAlert alert, AlertTime time)
    {
        var unseen = new List<string>(2);
        if (HasFalcoLost(alert, time))
        {
            unseen.Add(LostByFalco);
        }

        if (_lastOwnLoss is { } last && IsNear(last, time))
        {
            unseen.Add(string.Create(CultureInfo.InvariantCulture, $"what Falco said meanwhile, {_ownLosses} or more of its alerts were{LostOnTheWay}"));
        }

        return unseen.Count == 0
            ? judgement
            : judgement with
            {
                Verdict = judgement.Verdict == Verdict.Benign ? Verdict.LikelyBenign : judgement.Verdict,
                Confidence = Math.Min(judgement.Confidence, MostConfidence),
                Unseen = [.. unseen, .. judgement.Unseen.Where(known => !IsLoss(known))],
            };
    }

    private static bool IsLoss(string unseen) => unseen == LostByFalco || unseen.EndsWith(LostOnTheWay, StringComparison.Ordinal);

    private static bool IsNear(AlertTime loss, AlertTime time) => (time - loss).Duration() <= Window;

    private static string NodeOf(FalcoAlert alert) => alert.HostnameText.ToStringOrNull() ?? "";

    private sealed class FalcoLoss
    {
        private double _outputDrops;

        public AlertTime? Last { get; set; }

        /// <summary>Falco's word about dropped events, or its figures, which tell how many it has dropped since the figures before.</summary>
        public bool IsToldBy(FalcoAlert alert)
        {
            if (!alert.RuleText.Is("Falco internal: metrics snapshot"u8))
            {
                return alert.RuleText.Is("Falco internal: syscall event drop"u8);
            }

            var outputs = Number(alert, "falco.outputs_queue_num_drops");
            var hasLostOutputs = outputs > _outputDrops;
            _outputDrops = outputs;
            return hasLostOutputs || Number(alert, "scap.n_drops") > Number(alert, "scap.n_drops_prev");
        }

        private static double Number(FalcoAlert alert, string field) =>
            double.TryParse(alert.Field(field).Span, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }
}
