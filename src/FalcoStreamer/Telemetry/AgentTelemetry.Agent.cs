namespace FalcoStreamer.Telemetry;

/// <content>The agent as a whole: 9xx.</content>
internal sealed partial class AgentTelemetry
{
    /// <summary>The agent begins.</summary>
    public void AgentStarting(string version, string sources, string sinks) => LogAgentStarting(_logger, version, sources, sinks);

    /// <summary>A signal asks the agent to end.</summary>
    public void AgentStopping() => LogAgentStopping(_logger);

    /// <summary>Everything that had come in is with the sinks, or the grace period is over.</summary>
    public void AgentStopped() => LogAgentStopped(_logger);

    /// <summary>A source still delivered when the time for that was over.</summary>
    public void IntakeCutOff(string source, TimeSpan grace) => LogIntakeCutOff(_logger, source, grace.TotalSeconds);

    /// <summary>Something in the configuration has no effect in this version.</summary>
    public void SettingHasNoEffect(string key, string instead) => LogSettingHasNoEffect(_logger, key, instead);

    /// <summary>A sink is off although it is enabled, because something is missing.</summary>
    public void SinkOff(string sink, string reason) => LogSinkOff(_logger, sink, reason);

    /// <summary>A user's knowledge file is wrong and is left out whole.</summary>
    public void KnowledgeRefused(string problem) => LogKnowledgeRefused(_logger, problem);

    [LoggerMessage(901, LogLevel.Information, "FalcoStreamer {Version} starts. Sources: {Sources}. Sinks: {Sinks}.")]
    private static partial void LogAgentStarting(ILogger logger, string version, string sources, string sinks);

    [LoggerMessage(902, LogLevel.Information, "FalcoStreamer stops: it takes no more alerts and sends what it has.")]
    private static partial void LogAgentStopping(ILogger logger);

    [LoggerMessage(903, LogLevel.Information, "FalcoStreamer has stopped.")]
    private static partial void LogAgentStopped(ILogger logger);

    [LoggerMessage(906, LogLevel.Error, "The source {Source} still delivered alerts {Seconds} s after the agent was asked to stop: what was on its way is lost.")]
    private static partial void LogIntakeCutOff(ILogger logger, string source, double seconds);

    [LoggerMessage(904, LogLevel.Warning, "{Key} has no effect in this version: {Instead}")]
    private static partial void LogSettingHasNoEffect(ILogger logger, string key, string instead);

    [LoggerMessage(907, LogLevel.Error, "A knowledge file is left out, nothing of it counts: {Problem}. Try it with: falcostreamer knowledge validate DIR")]
    private static partial void LogKnowledgeRefused(ILogger logger, string problem);

    [LoggerMessage(905, LogLevel.Information, "The sink {Sink} is off: {Reason}")]
    private static partial void LogSinkOff(ILogger logger, string sink, string reason);
}
