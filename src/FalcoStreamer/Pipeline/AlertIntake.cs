using System.Threading.Channels;
using FalcoStreamer.Alerts;
using FalcoStreamer.Sources;
using FalcoStreamer.Storage;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Pipeline;

/// <summary>Takes what the sources give into the storage, and hands what was accepted to the loop, which sets the pace.</summary>
internal sealed class AlertIntake(IReadOnlyList<IAlertSource> sources, IStorage storage, TimeProvider clock, AgentTelemetry telemetry)
{
    // A source ends when nothing more is on its way; one that never falls silent must not use up the sinks' time.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly Channel<ReceivedAlert> _accepted = Channel.CreateBounded<ReceivedAlert>(
        new BoundedChannelOptions(4_096) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    /// <summary>The alerts that were accepted; it ends when no source gives any more.</summary>
    public ChannelReader<ReceivedAlert> Accepted => _accepted.Reader;

    /// <summary>Runs until <paramref name="stop"/> is set and the sources have ended.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var late = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        await using var ending = stop.Register(() => late.CancelAfter(Grace));
        try
        {
            await Task.WhenAll(sources.Select(source => PumpAsync(source, stop, late.Token)));
        }
        finally
        {
            _accepted.Writer.Complete();
        }
    }

    private async Task PumpAsync(IAlertSource source, CancellationToken stop, CancellationToken late)
    {
        await foreach (var batch in source.ReadAsync(stop))
        {
            await HandOnAsync(await storage.AcceptAsync(batch, source.Name, AlertTime.From(clock.GetUtcNow())));
            if (late.IsCancellationRequested)
            {
                telemetry.IntakeCutOff(source.Name, Grace);
                return;
            }
        }
    }

    private async ValueTask HandOnAsync(IReadOnlyList<ReceivedAlert> alerts)
    {
        foreach (var alert in alerts)
        {
            if (!_accepted.Writer.TryWrite(alert))
            {
                // Not cancelled by stop: what the source has given is ours.
                await _accepted.Writer.WriteAsync(alert, CancellationToken.None);
            }
        }
    }
}
