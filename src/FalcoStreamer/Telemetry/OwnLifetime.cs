namespace FalcoStreamer.Telemetry;

/// <summary>Keeps a web host from taking the signals: the agent ends by its own order, intake first and the telemetry port last.</summary>
internal sealed class OwnLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
