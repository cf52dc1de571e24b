using FalcoStreamer.Alerts;
using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Correlation;

/// <summary>
/// Looks whether the runs of a probe come in its period. The kubelet's clock for a probe ticks on while a run is late or missing, so the gaps
/// are multiples of the period, except where the kubelet starts anew.
/// </summary>
/// <remarks>
/// A rhythm is a hint, not a proof: whoever knows the specification can keep it. Bounded: <see cref="MostSeries"/> series of a few times each;
/// the one that was seen longest ago makes room.
/// </remarks>
internal sealed class ProbeRhythm
{
    /// <summary>How many probes are followed.</summary>
    public const int MostSeries = 4096;

    // The kubelet's own delay may reach a fifth of a period; from a quarter on a run is out of step with the one it is compared with.
    private const double InStep = 0.2;
    private const double OutOfStep = 0.25;

    // Several rules may speak of one run.
    private const double OneRun = 0.1;

    // The kubelet may have been restarted in a longer gap.
    private const double LongestGap = 10;

    private readonly Dictionary<(string Subject, string Place), LinkedListNode<Series>> _series = [];
    private readonly LinkedList<Series> _bySight = new();

    /// <summary>How many probes are being followed.</summary>
    public int Count => _series.Count;

    /// <summary>The match with what its time says; unchanged where it is no probe's.</summary>
    public SpecMatch Observe(in SpecMatch match, FalcoAlert alert, Subject subject) => match is { Equal: { } place, Periods.Count: > 0 }
        ? match with { Period = Observe(subject.ContainerId ?? subject.Key, place, match.Periods, alert.Time) }
        : match;

    /// <summary>Takes a run and says <c>fits</c>, <c>off</c>, or null while fewer than three were seen or they say neither.</summary>
    /// <param name="subject">The container, one run of it.</param>
    /// <param name="place">The probe.</param>
    /// <param name="periods">The periods of all the probes with that command: their runs cannot be told apart.</param>
    /// <param name="time">When it ran.</param>
    public string? Observe(string subject, string place, IReadOnlyList<TimeSpan> periods, AlertTime time)
    {
        if (_series.TryGetValue((subject, place), out var node))
        {
            _bySight.Remove(node);
            _bySight.AddLast(node);
        }
        else
        {
            if (_series.Count >= MostSeries)
            {
                _series.Remove(_bySight.First!.Value.Key);
                _bySight.RemoveFirst();
            }

            node = _bySight.AddLast(new Series((subject, place)));
            _series[(subject, place)] = node;
        }

        return node.Value.Add(periods, time);
    }

    private sealed class Series((string Subject, string Place) key)
    {
        private const int MostRuns = 8;

        private readonly List<(AlertTime Time, Step Step)> _runs = new(MostRuns);
        private string? _answer;

        public (string Subject, string Place) Key => key;

        public string? Add(IReadOnlyList<TimeSpan> periods, AlertTime time)
        {
            var shortest = periods.Min().TotalSeconds;
            if (_runs.Count > 0)
            {
                var gap = (time - _runs[^1].Time).TotalSeconds;
                if (gap < OneRun * shortest)
                {
                    // The same run again, or an alert that comes out of order and so says nothing of the rhythm.
                    return _answer;
                }

                if (gap > LongestGap * periods.Max().TotalSeconds)
                {
                    _runs.Clear();
                }
            }

            var step = StepOf(periods, time);
            if (_runs.Count == MostRuns)
            {
                _runs.RemoveAt(0);
            }

            _runs.Add((time, step));
            return _answer = Answer();
        }

        private string? Answer()
        {
            if (_runs.Count < 3)
            {
                return null;
            }

            // One run out of step may be a restart of the kubelet, or the one probe that follows the success of a startup probe.
            if (_runs.TakeLast(4).Count(run => run.Step == Step.Out) >= 2)
            {
                return SpecMatch.Off;
            }

            return _runs[^1].Step == Step.In && _runs[^2].Step == Step.In ? SpecMatch.Fits : null;
        }

        /// <summary>Compares with the last two runs of each probe: one of them may have been somebody else's.</summary>
        private Step StepOf(IReadOnlyList<TimeSpan> periods, AlertTime time)
        {
            // The first run of each probe has none to be compared with.
            if (_runs.Count < periods.Count)
            {
                return Step.Unclear;
            }

            var nearest = double.MaxValue;
            for (var i = Math.Max(0, _runs.Count - (2 * periods.Count)); i < _runs.Count; i++)
            {
                foreach (var period in periods)
                {
                    var ticks = (time - _runs[i].Time).TotalSeconds / period.TotalSeconds;
                    nearest = Math.Min(nearest, ticks < 0.5 ? double.MaxValue : Math.Abs(ticks - Math.Round(ticks)));
                }
            }

            return nearest <= InStep ? Step.In : nearest > OutOfStep ? Step.Out : Step.Unclear;
        }
    }

    private enum Step
    {
        Unclear,
        In,
        Out,
    }
}
