using Grpc.Core;
using Grpc.Net.Client;

namespace FalcoStreamer.Sources;

/// <summary>
/// One open <c>sub</c> stream: it keeps asking, and hands out what Falco writes.
/// </summary>
/// <remarks>
/// Falco pops an alert before it writes it, so a stream that is cancelled while busy loses what is under way (contracts/falco.md).
/// After <c>stop</c> the stream is therefore read on, without asking, until Falco has been silent for a moment.
/// One reader; owns the channel.
/// </remarks>
internal sealed class FalcoSubscription : IAsyncDisposable
{
    /// <summary>How long a new stream must live to count as open: Falco confirms a stream only with its first alert.</summary>
    private static readonly TimeSpan Probation = IdlePause.Longest;

    private readonly GrpcChannel _channel;
    private readonly AsyncDuplexStreamingCall<FalcoOutputs.Request, byte[]> _call;
    private readonly SilenceWatch _silence;
    private CancellationTokenRegistration _stopping;
    private Task _asking = Task.CompletedTask;
    private Task<bool>? _next;
    private volatile bool _hungUp;

    private FalcoSubscription(GrpcChannel channel, TimeProvider clock)
    {
        _channel = channel;
        _call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(FalcoOutputs.Sub, null, new CallOptions());
        _silence = new SilenceWatch(clock, Ask, HangUp);
    }

    /// <summary>Opens a stream on <paramref name="channel"/> and sees that it is not refused at once.</summary>
    /// <param name="stop">Lets the stream run dry and end; see the type.</param>
    /// <exception cref="RpcException">Falco refused or ended it.</exception>
    public static async Task<FalcoSubscription> OpenAsync(GrpcChannel channel, TimeProvider clock, CancellationToken stop)
    {
        var subscription = new FalcoSubscription(channel, clock);
        try
        {
            await subscription.BeginAsync(clock);
            subscription._stopping = stop.Register(subscription._silence.Finish);
            return subscription;
        }
        catch
        {
            await subscription.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Waits for a message and takes with it what else has come, up to <paramref name="most"/>; false when Falco has ended the stream with OK, or
    /// after <c>stop</c> when nothing more comes.
    /// </summary>
    /// <exception cref="RpcException">The stream broke; what came before is given first.</exception>
    public async ValueTask<bool> ReadAsync(List<byte[]> messages, int most)
    {
        try
        {
            while (messages.Count < most)
            {
                // Never a token here: the library would cancel the whole call with it.
                var next = _next ?? _call.ResponseStream.MoveNext(CancellationToken.None);
                _next = next;
                if (messages.Count > 0 && !(next.IsCompletedSuccessfully && await next))
                {
                    return true;
                }

                if (!next.IsCompleted)
                {
                    _silence.Waiting();
                    await next;
                    _silence.Arrived();
                }

                if (!await next)
                {
                    return false;
                }

                messages.Add(_call.ResponseStream.Current);
                _next = null;
            }

            return true;
        }
        catch (RpcException) when (_hungUp)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.DisposeAsync();
        await _silence.DisposeAsync();
        _call.Dispose();
        await _asking;
        _channel.Dispose();
    }

    private async Task BeginAsync(TimeProvider clock)
    {
        _next = _call.ResponseStream.MoveNext(CancellationToken.None);
        Ask();
        using var enough = new CancellationTokenSource();
        if (await Task.WhenAny(_next, Task.Delay(Probation, clock, enough.Token)) == _next && !await _next)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "Falco ended the stream as soon as it was opened"));
        }

        await enough.CancelAsync();
    }

    private void Ask()
    {
        // A request that the connection has not even taken yet needs no second one behind it.
        if (_asking.IsCompleted)
        {
            _asking = AskAsync();
        }
    }

    private async Task AskAsync()
    {
        try
        {
            await _call.RequestStream.WriteAsync(FalcoOutputs.Request.Instance);
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException or OperationCanceledException)
        {
            // The stream is over. The reader is told the same, with the status, and decides.
        }
    }

    private void HangUp()
    {
        _hungUp = true;
        _call.Dispose();
    }
}
