namespace FalcoStreamer.Commands;

/// <summary>Keeps the web host from taking the signals: the agent ends by its own order, and the telemetry port is the last thing to go.</summary>
internal sealed class OwnLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
