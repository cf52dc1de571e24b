using System.Globalization;
using FalcoStreamer.Sources;
using FalcoStreamer.Sources.Log;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Tests.Support;

/// <summary>Reads a log as the agent does, batch by batch, and can be killed in between.</summary>
internal sealed class LogReading : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly LogScene _scene;
    private readonly CancellationTokenSource _stop = new();
    private readonly IAsyncEnumerator<AlertBatch> _batches;
    private AlertBatch? _inHand;
    private Task<bool>? _coming;
    private bool _isDisposed;

    public LogReading(LogScene scene, TimeProvider clock, AgentTelemetry telemetry, bool usesInotify = false, string? lockDirectory = null, params string[] paths)
    {
        _scene = scene;
        Source = new FalcoLogSource(
            new LogSourceOptions { Enabled = true, Paths = paths.Length == 0 ? [scene.Pattern] : [.. paths] }, scene, lockDirectory, clock, telemetry, usesInotify);
        _batches = Source.ReadAsync(_stop.Token).GetAsyncEnumerator();
    }

    public FalcoLogSource Source { get; }

    public static IEnumerable<int> Numbers(AlertBatch batch) =>
        batch.Alerts.Select(alert => int.Parse(alert.Sentence.ToString(), CultureInfo.InvariantCulture));

    /// <summary>Comes back for the next batch, which accepts the one before; null at the end.</summary>
    public async Task<AlertBatch?> NextAsync()
    {
        Begin();
        return await _coming!.WaitAsync(Patience) && Take() ? _inHand : null;
    }

    /// <summary>Whether alerts are left of that many.</summary>
    public bool HasMore(int written) => _scene.Accepted.Count + (_inHand?.Alerts.Count ?? 0) < written;

    /// <summary>Begins to wait for the next batch.</summary>
    public void Begin()
    {
        if (_coming is null)
        {
            AcceptInHand();
            _coming = _batches.MoveNextAsync().AsTask();
        }
    }

    /// <summary>Reads until that many alerts came in all, and accepts them.</summary>
    public async Task ReadUntilAsync(int count)
    {
        while (_scene.Accepted.Count < count && await NextAsync() is not null)
        {
            AcceptInHand();
        }
    }

    /// <summary>Stops in good order, and accepts what still came.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        while (await NextAsync() is not null)
        {
            // Until the end.
        }
    }

    /// <summary>Ends without accepting what is in hand.</summary>
    public async Task KillAsync()
    {
        _inHand = null;
        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        await _stop.CancelAsync();
        if (_coming is { } coming)
        {
            await coming.WaitAsync(Patience);
        }

        await _batches.DisposeAsync();
        _stop.Dispose();
    }

    private bool Take()
    {
        (_inHand, _coming) = (_batches.Current, null);
        return true;
    }

    private void AcceptInHand()
    {
        if (_inHand is { } batch)
        {
            _scene.Accept(Numbers(batch), batch.Places);
            _inHand = null;
        }
    }
}
