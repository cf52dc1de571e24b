using FalcoStreamer.Sinks;
using FalcoStreamer.Storage;

namespace FalcoStreamer.Tests.Support;

/// <summary>A sink that takes chunks, or does what the next of its answers says.</summary>
internal sealed class FakeOutboxSink : IOutboxSink
{
    private readonly Lock _gate = new();
    private readonly List<IReadOnlyList<OutboxChunk>> _calls = [];
    private readonly List<OutboxChunk> _taken = [];
    private readonly Queue<Func<CancellationToken, Task>> _answers = new();

    public string Name => "fake";

    public IRecordEncoder Encoder => throw new NotSupportedException("tests fill the outbox themselves");

    public int MaxBytes { get; init; } = 1_000;

    /// <summary>A chunk for which this is true is refused for good.</summary>
    public Predicate<OutboxChunk> Refuses { get; set; } = _ => false;

    /// <summary>The chunks of each call.</summary>
    public IReadOnlyList<IReadOnlyList<OutboxChunk>> Calls
    {
        get
        {
            lock (_gate)
            {
                return [.. _calls];
            }
        }
    }

    public IReadOnlyList<OutboxChunk> Taken
    {
        get
        {
            lock (_gate)
            {
                return [.. _taken];
            }
        }
    }

    /// <summary>The next call does this before it takes anything.</summary>
    public void Answer(Func<CancellationToken, Task> answer) => _answers.Enqueue(answer);

    public async Task SendAsync(IReadOnlyList<OutboxChunk> chunks, CancellationToken cancellation)
    {
        Func<CancellationToken, Task>? answer;
        lock (_gate)
        {
            _calls.Add(chunks);
            _answers.TryDequeue(out answer);
        }

        await (answer?.Invoke(cancellation) ?? Task.CompletedTask);
        if (chunks.Any(chunk => Refuses(chunk)))
        {
            throw new SinkException("bad", isTransient: false);
        }

        lock (_gate)
        {
            _taken.AddRange(chunks);
        }
    }
}
