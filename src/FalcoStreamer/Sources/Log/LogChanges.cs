using System.Threading.Channels;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Sources.Log;

/// <summary>When it is time to read on: at once when Linux says that something was written, and anyway once a second.</summary>
/// <remarks>One waits; others may wake it.</remarks>
internal sealed class LogChanges : IAsyncDisposable
{
    /// <summary>How often is looked without being told: new pods, and file systems that do not tell.</summary>
    public static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    // A busy Falco writes all the time; what it writes in this time is read at once.
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(5);

    // Any number of reasons are one reason to read on.
    private readonly Channel<bool> _reasons = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }, static _ => { });
    private readonly TimeProvider _clock;
    private readonly ITimer _poll;
    private readonly CancellationTokenRegistration _stopping;
    private readonly Inotify? _inotify;
    private volatile bool _mayHaveNewNames = true;
    private long _woken;

    public LogChanges(bool usesInotify, TimeProvider clock, AgentTelemetry telemetry, CancellationToken stop)
    {
        _clock = clock;
        if (usesInotify && (_inotify = Inotify.TryStart(Wake, out var reason)) is null)
        {
            telemetry.LogNotWatched(reason, Poll);
        }

        _poll = clock.CreateTimer(_ => Wake(mayHaveNewNames: true), null, Poll, Poll);
        _stopping = stop.Register(() => Wake(mayHaveNewNames: true));
    }

    /// <summary>Whether names may have changed since this was asked last.</summary>
    public bool TakeMayHaveNewNames()
    {
        var may = _mayHaveNewNames;
        _mayHaveNewNames = false;
        return may;
    }

    /// <summary>Ends the wait.</summary>
    public void Wake(bool mayHaveNewNames)
    {
        if (mayHaveNewNames)
        {
            _mayHaveNewNames = true;
        }

        _reasons.Writer.TryWrite(true);
    }

    /// <summary>Lets Linux tell of a file. Where it cannot, the poll remains.</summary>
    public void WatchFile(string path) => _inotify?.WatchFile(path);

    /// <summary>Lets Linux tell of new names in a directory. Where it cannot, the poll remains.</summary>
    public void WatchDirectory(string path) => _inotify?.WatchDirectory(path);

    /// <summary>Waits until there may be something to read.</summary>
    public async Task WaitAsync()
    {
        _inotify?.Want();
        await _reasons.Reader.ReadAsync();
        if (_inotify is not null)
        {
            if (_clock.GetElapsedTime(_woken) < Breath)
            {
                await Task.Delay(Breath, _clock);
            }

            _woken = _clock.GetTimestamp();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.DisposeAsync();
        await _poll.DisposeAsync();
        _inotify?.Dispose();
    }
}
