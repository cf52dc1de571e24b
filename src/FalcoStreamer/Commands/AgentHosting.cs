using FalcoStreamer.Configuration;
using FalcoStreamer.Telemetry;
using OpenTelemetry.Metrics;

namespace FalcoStreamer.Commands;

/// <summary>What surrounds the road: logs, the agent's own metrics, and the telemetry port.</summary>
internal static class AgentHosting
{
    /// <summary>Builds the host; nothing listens before it is started.</summary>
    public static WebApplication Build(TelemetryOptions options)
    {
        // Empty, because the usual builders read files and variables that are not ours.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        });
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddSingleton<IHostLifetime, OwnLifetime>();
        builder.Services.AddRoutingCore();
        builder.Services.AddOpenTelemetry().WithMetrics(metrics =>
        {
            metrics.AddMeter(AgentTelemetry.MeterName, "System.Runtime").AddPrometheusExporter();
            if (HasOwnEndpoint())
            {
                metrics.AddOtlpExporter();
            }
        });
        builder.WebHost.UseKestrelCore();
        if (options.Address is { } address)
        {
            builder.WebHost.UseUrls(address);
        }

        var host = builder.Build();
        host.MapPrometheusScrapingEndpoint("/metrics");
        return host;
    }

    private static bool HasOwnEndpoint() =>
        Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 }
        || Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT") is { Length: > 0 };
}
