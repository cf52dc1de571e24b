using FalcoStreamer.Storage;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Sinks.Forward;

/// <summary>
/// Passes every alert on, unchanged, to another receiver of Falco's HTTP output, so that nobody has to choose between it and this agent.
/// </summary>
/// <remarks>
/// One request an alert, because that is what such receivers understand, and several under way at a time. So the receiver may see alerts that are
/// close together in another order than Falco's; each has its time. A repeat after a lost answer is possible, a loss is counted.
/// </remarks>
internal sealed class ForwardSink : IOutboxSink, IDisposable
{
    /// <summary>How many requests are under way at a time.</summary>
    public const int InFlight = 4;

    private readonly ForwardTransport _transport;
    private readonly AgentTelemetry _telemetry;
    private readonly Lock _gate = new();

    // What is settled of chunks that are sent again.
    private readonly HashSet<ForwardPlace> _settled = [];
    private readonly StubbornAlerts _stubborn = new();
    private int _refused;

    public ForwardSink(ForwardSettings settings, TimeProvider clock, AgentTelemetry telemetry)
    {
        _transport = new ForwardTransport(settings, InFlight, clock);
        _telemetry = telemetry;
        Encoder = new ForwardChunkEncoder(Name);
    }

    public string Name => "forward";

    public IRecordEncoder Encoder { get; }

    /// <summary>Few, because what is taken of them is remembered while the rest is tried again.</summary>
    public int MaxBytes => 256 * 1024;

    public async Task<int> SendAsync(IReadOnlyList<OutboxChunk> chunks, CancellationToken cancellation)
    {
        var round = new Round();
        try
        {
            await Parallel.ForEachAsync(
                Left(chunks),
                new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancellation },
                async (alert, token) => await ForwardAsync(alert.Place, alert.Body, round, token));
        }
        catch
        {
            Forget();
            throw;
        }

        return round.NotTaken is { } answer ? throw new SinkException(answer.Message, isTransient: true, answer.RetryAfter) : Forget();
    }

    public void Dispose() => _transport.Dispose();

    private List<(ForwardPlace Place, ReadOnlyMemory<byte> Body)> Left(IReadOnlyList<OutboxChunk> chunks) =>
        [.. chunks
            .SelectMany(chunk => ForwardChunk.Read(chunk.Bytes).Select((body, index) => (new ForwardPlace(chunk.Number, index), body)))
            .Where(alert => !_settled.Contains(alert.Item1))];

    private async Task ForwardAsync(ForwardPlace place, ReadOnlyMemory<byte> body, Round round, CancellationToken cancellation)
    {
        if (round.IsOver)
        {
            return;
        }

        var failed = _stubborn.Failed;
        var answer = await _transport.PostAsync(body, cancellation);
        switch (answer.Outcome)
        {
            case ForwardOutcome.Taken:
                _stubborn.Overtaken(failed);
                Settle(place, refused: 0);
                break;
            case ForwardOutcome.Refused:
                Refuse(place, answer);
                break;
            case ForwardOutcome.Failed when _stubborn.HasFailed(place):
                Refuse(place, answer);
                break;
            default:
                lock (_gate)
                {
                    round.Note(answer);
                }

                break;
        }
    }

    private void Refuse(ForwardPlace place, ForwardAnswer answer)
    {
        _telemetry.RefusalSaid(Name, 1, new SinkException(answer.Message, isTransient: false));
        Settle(place, refused: 1);
    }

    private void Settle(ForwardPlace place, int refused)
    {
        lock (_gate)
        {
            _settled.Add(place);
            _refused += refused;
        }
    }

    /// <summary>The chunks are done with; returns how many of their alerts were refused.</summary>
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

        /// <summary>Why the chunks must be sent again: the answer that asks for the longest pause. Null when nothing of them is left.</summary>
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

/// <summary>Where an alert is in the outbox.</summary>
/// <param name="Chunk">The chunk's number.</param>
/// <param name="Index">Its place in the chunk.</param>
internal readonly record struct ForwardPlace(long Chunk, int Index);
