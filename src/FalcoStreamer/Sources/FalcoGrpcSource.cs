using System.Runtime.CompilerServices;
using FalcoStreamer.Alerts;
using FalcoStreamer.Protos.Falco.Version;
using FalcoStreamer.Telemetry;
using Grpc.Core;
using Polly;
using Polly.Retry;

namespace FalcoStreamer.Sources;

/// <summary>
/// Takes alerts from Falco's gRPC output (up to Falco 0.43), over one <c>sub</c> stream, and comes back to a Falco that was away, for ever.
/// </summary>
/// <remarks>One enumeration at a time.</remarks>
internal sealed class FalcoGrpcSource : IAlertSource
{
    /// <summary>After this long without a single alert on a new stream we say what, besides quiet, may be the reason.</summary>
    public static readonly TimeSpan SuspiciousSilence = TimeSpan.FromMinutes(10);

    /// <summary>The most alerts of one batch: some 500 KB.</summary>
    private const int MostAtOnce = 512;

    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RefusalBurst = TimeSpan.FromMinutes(1);

    private readonly GrpcSourceOptions _options;
    private readonly TimeProvider _clock;
    private readonly AgentTelemetry _telemetry;
    private readonly GrpcOutage _outage;
    private readonly ResiliencePipeline<FalcoSubscription> _untilConnected;
    private readonly List<byte[]> _messages = [];
    private long? _lastRefusal;
    private volatile bool _isConnected;

    public FalcoGrpcSource(GrpcSourceOptions options, TimeProvider clock, AgentTelemetry telemetry)
    {
        _options = options;
        _clock = clock;
        _telemetry = telemetry;
        _outage = new GrpcOutage(options, clock, telemetry);
        _untilConnected = new ResiliencePipelineBuilder<FalcoSubscription> { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions<FalcoSubscription>
            {
                ShouldHandle = static attempt => ValueTask.FromResult(
                    attempt.Outcome.Exception is { } exception && FalcoFailure.MayPass(exception)),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(200),
                MaxDelay = TimeSpan.FromSeconds(30),
                OnRetry = attempt =>
                {
                    _outage.Failed(attempt.Outcome.Exception!);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
    }

    public string Name => "grpc";

    /// <summary>Whether a stream is open and no error has come on it.</summary>
    public bool IsConnected => _isConnected;

    /// <inheritdoc/>
    public async IAsyncEnumerable<AlertBatch> ReadAsync([EnumeratorCancellation] CancellationToken stop)
    {
        while (await ConnectAsync(stop) is { } subscription)
        {
            await using var open = subscription;
            await using var silent = _clock.CreateTimer(
                _ => _telemetry.FalcoSilent(_options.Address, SuspiciousSilence), null, SuspiciousSilence, Timeout.InfiniteTimeSpan);
            var heard = false;
            try
            {
                // Exceptions are met inside NextAsync: a yield cannot stand in a try that catches.
                while (await NextAsync(subscription, stop) is { } alerts)
                {
                    if (!heard)
                    {
                        heard = true;
                        silent.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                    }

                    _telemetry.AlertsReceived(Name, alerts.Count);
                    yield return new AlertBatch(alerts);
                }
            }
            finally
            {
                _isConnected = false;
            }
        }
    }

    /// <summary>A stream that is open; null once <paramref name="stop"/> is set.</summary>
    private async Task<FalcoSubscription?> ConnectAsync(CancellationToken stop)
    {
        try
        {
            return await _untilConnected.ExecuteAsync(static (source, stop) => source.OpenAsync(stop), this, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception exception) when (stop.IsCancellationRequested && FalcoFailure.MayPass(exception))
        {
            // The last attempt failed because we stopped it.
            return null;
        }
    }

    private async ValueTask<FalcoSubscription> OpenAsync(CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        var channel = FalcoChannel.Create(_options);
        try
        {
            var version = await AskVersionAsync(channel, stop);
            var subscription = await FalcoSubscription.OpenAsync(channel, _clock, stop);
            _isConnected = true;
            _outage.Over(version.Version, version.EngineVersion);
            return subscription;
        }
        catch
        {
            channel.Dispose();
            throw;
        }
    }

    private async Task<response> AskVersionAsync(ChannelBase channel, CancellationToken stop)
    {
        using var patience = new CancellationTokenSource(AnswerPatience, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stop);
        try
        {
            return await new service.serviceClient(channel).versionAsync(new request(), cancellationToken: either.Token);
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.Cancelled && patience.IsCancellationRequested)
        {
            throw new TimeoutException($"the connection stands, but Falco did not tell its version within {AnswerPatience.TotalSeconds} s", exception);
        }
    }

    /// <summary>The next alerts; null when this stream is over.</summary>
    private async ValueTask<IReadOnlyList<FalcoAlert>?> NextAsync(FalcoSubscription subscription, CancellationToken stop)
    {
        try
        {
            while (await subscription.ReadAsync(_messages, MostAtOnce))
            {
                var alerts = new List<FalcoAlert>(_messages.Count);
                foreach (var message in _messages)
                {
                    if (Read(message) is { } alert)
                    {
                        alerts.Add(alert);
                    }
                }

                _messages.Clear();
                if (alerts.Count > 0)
                {
                    return alerts;
                }
            }

            if (!stop.IsCancellationRequested)
            {
                _outage.Closed();
            }
        }
        catch (RpcException exception) when (FalcoFailure.IsGracefulClose(exception))
        {
            _outage.Closed();
        }
        catch (RpcException exception)
        {
            _outage.Failed(exception);
        }

        return null;
    }

    private FalcoAlert? Read(byte[] message)
    {
        try
        {
            return FalcoAlert.FromProtobuf(message);
        }
        catch (AlertFormatException exception)
        {
            var isFirstOfBurst = _lastRefusal is not { } last || _clock.GetElapsedTime(last) >= RefusalBurst;
            if (isFirstOfBurst)
            {
                _lastRefusal = _clock.GetTimestamp();
            }

            _telemetry.AlertUnreadable(Name, exception.Message, isFirstOfBurst);
            return null;
        }
    }
}
