using FalcoStreamer.Sinks;

namespace FalcoStreamer.Tests.Support;

/// <summary>A sink that takes records, or does what the next of its answers says.</summary>
internal sealed class FakeSink : ISink
{
    private readonly Lock _gate = new();
    private readonly List<SinkRecord> _taken = [];
    private readonly Queue<Func<CancellationToken, Task>> _answers = new();
    private TaskCompletionSource _called = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name => "fake";

    public bool WantsAlerts => true;

    public TimeSpan? DueIn { get; set; }

    /// <summary>How often it was called.</summary>
    public int Calls { get; private set; }

    public int Flushes { get; private set; }

    public IReadOnlyList<SinkRecord> Taken
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

    public void Fail(bool isTransient, TimeSpan? retryAfter = null) =>
        Answer(_ => Task.FromException(new SinkException("away", isTransient, retryAfter)));

    public async Task SendAsync(IReadOnlyList<SinkRecord> records, CancellationToken cancellation)
    {
        Func<CancellationToken, Task>? answer;
        lock (_gate)
        {
            Calls++;
            DueIn = records.Count == 0 ? null : DueIn;
            _answers.TryDequeue(out answer);
            Interlocked.Exchange(ref _called, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }

        await (answer?.Invoke(cancellation) ?? Task.CompletedTask);
        lock (_gate)
        {
            _taken.AddRange(records);
        }
    }

    public Task FlushAsync(CancellationToken cancellation)
    {
        Flushes++;
        return Task.CompletedTask;
    }

    /// <summary>Ends when it has been called that often.</summary>
    public async Task CalledAsync(int count, CancellationToken cancellation)
    {
        while (true)
        {
            Task called;
            lock (_gate)
            {
                if (Calls >= count)
                {
                    return;
                }

                called = _called.Task;
            }

            await called.WaitAsync(cancellation);
        }
    }
}
