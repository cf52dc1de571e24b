using FalcoStreamer.Alerts;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Sinks.Forward;

/// <summary>
/// Passes every alert on, unchanged, to another receiver of Falco's HTTP output, so that nobody has to choose between it and this agent.
/// </summary>
/// <remarks>
/// One request an alert, because that is what such receivers understand, and several under way at a time. So the receiver may see alerts that are
/// close together in another order than Falco's; each has its time. A repeat after a lost answer is possible, a loss is counted.
/// </remarks>
internal sealed class ForwardSink : ISink, IDisposable
{
    /// <summary>How many requests are under way at a time.</summary>
    public const int InFlight = 4;

    private readonly ForwardTransport _transport;
    private readonly AgentTelemetry _telemetry;
    private readonly Lock _gate = new();

    // What is settled of a batch that is sent again. By ID, so that it counts for records that were read from the disk anew.
    private readonly HashSet<AlertId> _settled = [];
    private readonly StubbornAlerts _stubborn = new();
    private int _refused;

    public ForwardSink(ForwardSettings settings, TimeProvider clock, AgentTelemetry telemetry)
    {
        _transport = new ForwardTransport(settings, InFlight, clock);
        _telemetry = telemetry;
    }

    public string Name => "forward";

    public bool WantsAlerts => true;

    public bool WantsReports => false;

    public async Task<int> SendAsync(IReadOnlyList<SinkRecord> records, CancellationToken cancellation)
    {
        var round = new Round();
        try
        {
            var left = records.OfType<AlertRecord>().Select(record => record.Alert).Where(alert => !_settled.Contains(alert.Id)).ToList();
            await Parallel.ForEachAsync(
                left,
                new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancellation },
                async (alert, token) => await ForwardAsync(alert, round, token));
        }
        catch
        {
            Forget();
            throw;
        }

        return round.NotTaken is { } answer ? throw new SinkException(answer.Message, isTransient: true, answer.RetryAfter) : Forget();
    }

    public void Dispose() => _transport.Dispose();

    private async Task ForwardAsync(FalcoAlert alert, Round round, CancellationToken cancellation)
    {
        if (round.IsOver)
        {
            return;
        }

        var failed = _stubborn.Failed;
        var answer = await _transport.PostAsync(AlertJson.Of(alert), cancellation);
        switch (answer.Outcome)
        {
            case ForwardOutcome.Taken:
                _stubborn.Overtaken(failed);
                Settle(alert, refused: 0);
                break;
            case ForwardOutcome.Refused:
                Refuse(alert, answer);
                break;
            case ForwardOutcome.Failed when _stubborn.HasFailed(alert.Id):
                Refuse(alert, answer);
                break;
            default:
                lock (_gate)
                {
                    round.Note(answer);
                }

                break;
        }
    }

    private void Refuse(FalcoAlert alert, ForwardAnswer answer)
    {
        _telemetry.RefusalSaid(Name, 1, new SinkException(answer.Message, isTransient: false));
        Settle(alert, refused: 1);
    }

    private void Settle(FalcoAlert alert, int refused)
    {
        lock (_gate)
        {
            _settled.Add(alert.Id);
            _refused += refused;
        }
    }

    /// <summary>The batch is done with; returns how many of its alerts were refused.</summary>
    private int Forget()
    {
        var refused = _refused;
        _refused = 0;
        _settled.Clear();
        _stubborn.Clear();
        return refused;
    }

    /// <summary>One call of <see cref="SendAsync"/>.</summary>
    private sealed class Round
    {
        private volatile bool _isOver;

        /// <summary>Whether the receiver was found to be away, so that nothing more should be tried.</summary>
        public bool IsOver => _isOver;

        /// <summary>Why the batch must be sent again; the answer that asks for the longest pause. Null when nothing of it is left.</summary>
        public ForwardAnswer? NotTaken { get; private set; }

        public void Note(ForwardAnswer answer)
        {
            _isOver |= answer.Outcome == ForwardOutcome.Away;
            if (NotTaken is not { } known || answer.RetryAfter > (known.RetryAfter ?? TimeSpan.Zero))
            {
                NotTaken = answer;
            }
        }
    }
}
