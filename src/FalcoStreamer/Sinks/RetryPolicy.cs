using FalcoStreamer.Telemetry;
using Polly;
using Polly.Retry;

namespace FalcoStreamer.Sinks;

/// <summary>How a sink tries again: for as long as it takes, with jitter, and as late as the receiver asked.</summary>
internal static class RetryPolicy
{
    public static ResiliencePipeline For(string sink, SinkQueueOptions options, TimeProvider clock, AgentTelemetry telemetry) =>
        new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<SinkException>(exception => exception.IsTransient),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.FirstRetry,
                MaxDelay = options.LongestRetry,
                DelayGenerator = retry => ValueTask.FromResult((retry.Outcome.Exception as SinkException)?.RetryAfter),
                OnRetry = retry =>
                {
                    telemetry.SinkAway(sink, retry.AttemptNumber, retry.RetryDelay, retry.Outcome.Exception!);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
}
