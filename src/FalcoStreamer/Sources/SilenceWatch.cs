namespace FalcoStreamer.Sources;

/// <summary>
/// Decides when to ask Falco again and when to hang up: only ever while the reader waits and nothing has come for a while.
/// </summary>
/// <remarks>
/// Falco cannot say that it has written everything; silence is the only sign. One timer serves the whole stream and is not touched
/// by alerts that are already here, so a busy stream costs nothing, and under load there is hardly a silence to ask in.
/// The reader calls <see cref="Waiting"/> and <see cref="Arrived"/>, <see cref="Finish"/> comes from whoever stops, the timer from its thread:
/// hence the lock. What it does, asking and hanging up, is called outside it and must return at once.
/// </remarks>
internal sealed class SilenceWatch : IAsyncDisposable
{
    /// <summary>The silence after which a stream that is not asked any more has nothing on its way.</summary>
    public static readonly TimeSpan QuietBeforeHangUp = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly IdlePause _pause = new();
    private readonly Action _ask;
    private readonly Action _hangUp;
    private readonly ITimer _timer;
    private bool _waiting;
    private bool _armed;
    private bool _finishing;
    private long _waits;
    private long _waitsWhenArmed;

    public SilenceWatch(TimeProvider clock, Action ask, Action hangUp)
    {
        _ask = ask;
        _hangUp = hangUp;
        _timer = clock.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The reader has read all that is here and waits.</summary>
    public void Waiting()
    {
        lock (_gate)
        {
            _waiting = true;
            _waits++;
            if (!_armed)
            {
                Arm();
            }
        }
    }

    /// <summary>The reader's wait is over: something came.</summary>
    public void Arrived()
    {
        lock (_gate)
        {
            _waiting = false;
            if (!_pause.IsShortest)
            {
                _pause.Reset();
                if (_armed)
                {
                    Arm();
                }
            }
        }
    }

    /// <summary>Asks no more, and hangs up once nothing has come for <see cref="QuietBeforeHangUp"/>.</summary>
    public void Finish()
    {
        lock (_gate)
        {
            _finishing = true;
            if (_waiting)
            {
                Arm();
            }
        }
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void OnTimer()
    {
        Action act;
        lock (_gate)
        {
            _armed = false;
            if (!_waiting)
            {
                return;
            }

            if (_waits != _waitsWhenArmed)
            {
                // Something came since the timer was set, and the silence is younger than it seems.
                Arm();
                return;
            }

            if (_finishing)
            {
                act = _hangUp;
            }
            else
            {
                act = _ask;
                _pause.Lengthen();
                Arm();
            }
        }

        act();
    }

    private void Arm()
    {
        _armed = true;
        _waitsWhenArmed = _waits;
        _timer.Change(_finishing ? QuietBeforeHangUp : _pause.Current, Timeout.InfiniteTimeSpan);
    }
}
