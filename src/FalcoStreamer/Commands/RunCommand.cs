using System.Reflection;
using System.Runtime.InteropServices;
using FalcoStreamer.Configuration;

namespace FalcoStreamer.Commands;

/// <summary>The agent: runs until SIGTERM or SIGINT, then drains and ends; at the second one it ends at once, and what is on the disk stays there.</summary>
internal static class RunCommand
{
    /// <summary>How long the sinks may take to send what waits when the agent ends (design, "Limits and figures").</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    /// <summary>The agent's own version.</summary>
    public static string Version { get; } =
        typeof(RunCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(AgentOptions options, TextWriter output, CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        await using var agent = await Agent.StartAsync(options, output, TimeProvider.System);
        agent.Telemetry.AgentStarting(Version, agent.SourceNames, agent.SinkNames);
        using (ending.Token.Register(agent.Telemetry.AgentStopping))
        {
            await agent.RunAsync(Grace, ending.Token);
        }

        agent.Telemetry.AccountsClosed();
        agent.Telemetry.AgentStopped();
        return ExitCode.Done;

        void End(PosixSignalContext context)
        {
            // Without this the runtime would end the process before it has drained. Whoever asks twice does not want to wait for that.
            context.Cancel = !ending.IsCancellationRequested;
            ending.Cancel();
        }
    }
}
