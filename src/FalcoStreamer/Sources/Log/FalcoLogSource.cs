using System.Runtime.CompilerServices;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Sources.Log;

/// <summary>
/// Takes alerts from Falco's own log: its standard output as the kubelet keeps it on the node, or its <c>file_output</c>. The only input that
/// waits for us: what Falco writes while no agent runs is read by the next one, from where the last one was.
/// </summary>
/// <remarks>
/// One enumeration at a time. Of logs that no agent has read before, the current file is read from its beginning, so that a fresh install shows what
/// happened lately; files that rotation had made before are passed over.
/// </remarks>
internal sealed class FalcoLogSource : IAlertSource
{
    private readonly LogSourceOptions _options;
    private readonly ILogPlaces _places;
    private readonly string? _lockDirectory;
    private readonly bool _usesInotify;
    private readonly TimeProvider _clock;
    private readonly AgentTelemetry _telemetry;
    private volatile bool _isReading;
    private volatile IReadOnlyList<LogProgress> _progress = [];

    /// <param name="places">Asked where the last agent was, when reading begins.</param>
    /// <param name="lockDirectory">Where agents keep each other from reading at the same time; null when there can only be one.</param>
    /// <param name="usesInotify">False leaves only the poll.</param>
    public FalcoLogSource(
        LogSourceOptions options, ILogPlaces places, string? lockDirectory, TimeProvider clock, AgentTelemetry telemetry, bool usesInotify = true)
    {
        _options = options;
        _places = places;
        _lockDirectory = lockDirectory;
        _usesInotify = usesInotify;
        _clock = clock;
        _telemetry = telemetry;
        telemetry.ObserveLog(() => _progress.Sum(file => file.Behind()));
    }

    public string Name => "log";

    /// <summary>
    /// Whether everything that is there can be read. A log that does not exist yet is no obstacle: Falco may start after us. Nor is an agent that still
    /// reads: in a surge it ends only after this one is ready.
    /// </summary>
    public bool IsReading => _isReading;

    /// <inheritdoc/>
    public async IAsyncEnumerable<AlertBatch> ReadAsync([EnumeratorCancellation] CancellationToken stop)
    {
        // Files are read without leaving the thread, and that must not be the one that starts all sources.
        await Task.Yield();
        using var turn = await TakeTurnAsync(stop);
        if (turn is null)
        {
            yield break;
        }

        var findings = new LogFindings(Name, _clock, _telemetry);
        await using var changes = new LogChanges(_usesInotify, _clock, _telemetry, stop);
        using var follower = new LogFollower(
            new LogPaths(_options.Paths), await _places.LoadAsync(CancellationToken.None), findings, changes, _clock);
        try
        {
            var isEnding = false;
            while (!isEnding || follower.NeedsLook)
            {
                isEnding = stop.IsCancellationRequested;
                if (changes.TakeMayHaveNewNames() || follower.NeedsLook || isEnding)
                {
                    follower.Look();
                    _isReading = follower.CanRead;
                }

                while (follower.Read(isEnding) is { } batch)
                {
                    _progress = follower.Progress;
                    yield return batch;
                }

                _progress = follower.Progress;
                if (!isEnding && !follower.NeedsLook)
                {
                    await changes.WaitAsync();
                }
            }
        }
        finally
        {
            _isReading = false;
            _progress = [];
        }
    }

    private Task<IDisposable?> TakeTurnAsync(CancellationToken stop) => _lockDirectory is null
        ? Task.FromResult<IDisposable?>(new MemoryStream())
        : LogTurn.TakeAsync(Path.Combine(_lockDirectory, "log.lock"), isHeld => _isReading = isHeld, _clock, _telemetry, stop);
}
