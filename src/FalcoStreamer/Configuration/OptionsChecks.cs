namespace FalcoStreamer.Configuration;

/// <summary>What values must keep to, each said with its key.</summary>
internal static class OptionsChecks
{
    /// <exception cref="ConfigurationException">A value is out of bounds.</exception>
    public static void Check(AgentOptions options)
    {
        var correlation = options.Correlation;
        Require(
            correlation.QuietPeriod >= TimeSpan.FromSeconds(1) && correlation.QuietPeriod <= TimeSpan.FromHours(1),
            "correlation.quietPeriod",
            "must be from 00:00:01 to 01:00:00");
        Require(correlation.MaxOpenIncidents is >= 1 and <= 1_000_000, "correlation.maxOpenIncidents", "must be from 1 to 1000000");
        Require(correlation.AlertIds >= 1, "correlation.alertIds", "must be at least 1");
        if ((options.Sources.Grpc.Problem() ?? options.Sources.Http.Problem() ?? options.Storage.Problem()) is { } problem)
        {
            throw new ConfigurationException(problem);
        }

        Require(
            options.Telemetry.Address is not { } address || Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp,
            "telemetry.address",
            "must be http://address:port, or null to serve nothing");
    }

    private static void Require(bool holds, string key, string rule)
    {
        if (!holds)
        {
            throw new ConfigurationException($"{key} {rule}");
        }
    }
}
