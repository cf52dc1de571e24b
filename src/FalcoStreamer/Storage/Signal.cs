using System.Threading.Channels;

namespace FalcoStreamer.Storage;

/// <summary>Lets one caller wait until others say that something is there. Any number of sayings before the wait are one.</summary>
internal sealed class Signal
{
    private readonly Channel<bool> _said = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Set() => _said.Writer.TryWrite(true);

    /// <summary>Nothing will be said any more.</summary>
    public void Complete() => _said.Writer.TryComplete();

    /// <summary>Waits; false when nothing will be said any more.</summary>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellation)
    {
        var isOpen = await _said.Reader.WaitToReadAsync(cancellation);
        _said.Reader.TryRead(out _);
        return isOpen;
    }
}
