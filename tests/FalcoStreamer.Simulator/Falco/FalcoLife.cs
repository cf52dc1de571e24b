namespace FalcoStreamer.Simulator.Falco;

/// <summary>One run of a <see cref="FalcoDouble"/>, from start to stop: what its calls share.</summary>
internal sealed class FalcoLife : IDisposable
{
    /// <summary>Falco's <c>threadiness</c> (2 on the recorded machine) times 10.</summary>
    public const int MostStreams = 20;

    private readonly CancellationTokenSource _stopping = new();
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

    public Task StopAsync() => _stopping.CancelAsync();

    public void Dispose()
    {
        _stopping.Dispose();
        Streams.Dispose();
    }
}
