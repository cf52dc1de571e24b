namespace FalcoStreamer.Telemetry;

/// <summary>The pages on the telemetry port.</summary>
internal static class TelemetryEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes, AgentHealth health)
    {
        routes.MapGet("/healthz", () => health.IsAlive()
            ? Results.Text("alive\n")
            : Results.Text("the pipeline makes no progress\n", statusCode: StatusCodes.Status503ServiceUnavailable));
        routes.MapGet("/readyz", () => health.Missing() is { Count: > 0 } missing
            ? Results.Text($"{string.Join('\n', missing)}\n", statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Text("ready\n"));
    }
}
