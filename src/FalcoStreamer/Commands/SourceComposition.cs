using FalcoStreamer.Configuration;
using FalcoStreamer.Sources;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Commands;

/// <summary>The sources that the configuration asks for.</summary>
internal static class SourceComposition
{
    /// <exception cref="ConfigurationException">It asks for none.</exception>
    public static IReadOnlyList<IAlertSource> Create(SourceSection options, TimeProvider clock, AgentTelemetry telemetry)
    {
        // These inputs have their own issue; a setting that does nothing must not look as if it did.
        WarnIf(options.Http.Enabled, "sources.http.enabled");
        WarnIf(options.Log.Enabled, "sources.log.enabled");
        return options.Grpc.Enabled
            ? [new FalcoGrpcSource(options.Grpc, clock, telemetry)]
            : throw new ConfigurationException("sources.grpc.enabled is false, and this version has no other live input: set it to true");

        void WarnIf(bool enabled, string key)
        {
            if (enabled)
            {
                telemetry.SettingHasNoEffect(key, "alerts are taken over gRPC only");
            }
        }
    }
}
