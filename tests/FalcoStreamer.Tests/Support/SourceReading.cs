using System.Threading.Channels;
using FalcoStreamer.Alerts;
using FalcoStreamer.Sources;

namespace FalcoStreamer.Tests.Support;

/// <summary>Reads a source as the pipeline does, and hands a test what came.</summary>
internal sealed class SourceReading : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<FalcoAlert> _alerts = Channel.CreateUnbounded<FalcoAlert>();
    private readonly Task _reading;

    public SourceReading(IAlertSource source) => _reading = ReadAsync(source);

    /// <summary>The next <paramref name="count"/> alerts.</summary>
    public async Task<IReadOnlyList<FalcoAlert>> TakeAsync(int count, CancellationToken cancellation)
    {
        var taken = new List<FalcoAlert>(count);
        while (taken.Count < count)
        {
            taken.Add(await _alerts.Reader.ReadAsync(cancellation));
        }

        return taken;
    }

    /// <summary>Stops the source and returns what it still gave until it ended.</summary>
    public async Task<IReadOnlyList<FalcoAlert>> StopAsync(CancellationToken cancellation)
    {
        await _stop.CancelAsync();
        await _reading.WaitAsync(cancellation);
        return await _alerts.Reader.ReadAllAsync(cancellation).ToListAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _stop.Dispose();
    }

    private async Task ReadAsync(IAlertSource source)
    {
        try
        {
            await foreach (var batch in source.ReadAsync(_stop.Token))
            {
                foreach (var alert in batch.Alerts)
                {
                    _alerts.Writer.TryWrite(alert);
                }
            }
        }
        finally
        {
            _alerts.Writer.Complete();
        }
    }
}
