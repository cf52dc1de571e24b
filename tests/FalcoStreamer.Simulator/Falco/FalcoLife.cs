namespace FalcoStreamer.Simulator.Falco;

/// <summary>One run of a <see cref="FalcoDouble"/>, from start to stop: what its calls share.</summary>
internal sealed class FalcoLife : IDisposable
{
    /// <summary>Falco's <c>threadiness</c> (2 on the recorded machine) times 10.</summary>
    public const int MostStreams = 20;

    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StatusWrite = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _callsEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls = 1; // the server itself, until it stops
    private int _openStreams;
    private long _requests;

    public CancellationToken Stopping => _stopping.Token;

    /// <summary>A place for each stream that is served at a time.</summary>
    public SemaphoreSlim Streams { get; } = new(MostStreams, MostStreams);

    public int OpenStreams => Volatile.Read(ref _openStreams);

    public long Requests => Interlocked.Read(ref _requests);

    public void Requested() => Interlocked.Increment(ref _requests);

    public void StreamOpened() => Interlocked.Increment(ref _openStreams);

    public void StreamClosed()
    {
        Interlocked.Decrement(ref _openStreams);
        Streams.Release();
    }

    /// <summary>Follows a call to its end, status included.</summary>
    public async Task SeeThroughAsync(HttpContext context, RequestDelegate next)
    {
        Interlocked.Increment(ref _calls);
        try
        {
            await next(context);
            await context.Response.CompleteAsync();
        }
        finally
        {
            CallEnded();
        }
    }

    /// <summary>Lets all calls end and waits until they have; a client that does not read is waited for only so long.</summary>
    /// <remarks>
    /// Kestrel counts a call as over just before it writes the status, and a server that is stopped in between closes the connection
    /// without it, which Falco does not. Nothing tells when the status is written, hence the moment at the end.
    /// </remarks>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        CallEnded();
        await Task.WhenAny(_callsEnded.Task, Task.Delay(EndPatience, TimeProvider.System));
        await Task.Delay(StatusWrite, TimeProvider.System);
    }

    public void Dispose()
    {
        _stopping.Dispose();
        Streams.Dispose();
    }

    private void CallEnded()
    {
        if (Interlocked.Decrement(ref _calls) == 0)
        {
            _callsEnded.TrySetResult();
        }
    }
}
