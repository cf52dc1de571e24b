using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;

namespace FalcoStreamer.Simulator.Falco;

/// <summary>
/// <c>falco.outputs.service</c> as Falco serves it. Alerts are written as the bytes they are, so that text need not be valid UTF-8.
/// </summary>
internal sealed class FalcoOutputsService(AlertQueue alerts, FalcoLife life)
{
    private const int FlushEvery = 64 * 1024;

    private static readonly WriteOptions NoFlush = new(WriteFlags.BufferHint);

    /// <summary>Reads one request, writes all that is queued, waits for the next; ends with OK only when Falco stops.</summary>
    public async Task SubAsync(IAsyncStreamReader<Request> requests, IServerStreamWriter<byte[]> responses, ServerCallContext call)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken, life.Stopping);
        try
        {
            // One stream too many gets no error, only silence, until another one ends.
            await life.Streams.WaitAsync(ends.Token);
        }
        catch (OperationCanceledException)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "Falco has stopped before it took the call"));
        }

        life.StreamOpened();
        try
        {
            while (await requests.MoveNext(ends.Token))
            {
                life.Requested();
                await DrainAsync(responses, call);
            }

            // The client has completed its side: Falco drains once more and then never ends the call.
            await DrainAsync(responses, call);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ends.Token);
        }
        catch (Exception exception) when (ends.IsCancellationRequested && exception is OperationCanceledException or IOException)
        {
            // Falco stops, and then the call ends with OK; or the client is gone, and nobody hears how it ends.
        }
        finally
        {
            life.StreamClosed();
        }
    }

    /// <summary>Writes all that is queued and ends.</summary>
    public Task GetAsync(IServerStreamWriter<byte[]> responses, ServerCallContext call) => DrainAsync(responses, call);

    private async Task DrainAsync(IServerStreamWriter<byte[]> responses, ServerCallContext call)
    {
        responses.WriteOptions = NoFlush;
        var output = call.GetHttpContext().Features.GetRequiredFeature<IHttpResponseBodyFeature>().Writer;
        var unflushed = 0;
        // Popped before it is written: what cannot be written any more is gone, with all that was queued behind it.
        while (!life.Stopping.IsCancellationRequested && alerts.TryPop(out var alert))
        {
            if (call.CancellationToken.IsCancellationRequested)
            {
                LoseThisAndTheRest();
                return;
            }

            try
            {
                await responses.WriteAsync(alert);
                unflushed += alert.Length;
                if (unflushed >= FlushEvery)
                {
                    unflushed = 0;
                    await output.FlushAsync(call.CancellationToken);
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or InvalidOperationException or IOException)
            {
                LoseThisAndTheRest();
                return;
            }

            alerts.CountDelivered();
        }

        if (unflushed > 0)
        {
            await output.FlushAsync(call.CancellationToken);
        }
    }

    private void LoseThisAndTheRest()
    {
        alerts.CountLost();
        alerts.LoseAll();
    }

    /// <summary>Stands for <c>falco.outputs.request</c>, which is empty.</summary>
    internal sealed class Request
    {
        public static readonly Request Instance = new();
    }
}
