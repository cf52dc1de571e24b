namespace FalcoStreamer.Telemetry;

/// <summary>Answers <c>/readyz</c> and <c>/healthz</c> (README, "Ports").</summary>
/// <param name="conditions">What must hold to be ready, each with what to say while it does not.</param>
/// <param name="makesProgress">Whether the pipeline's loop turns.</param>
internal sealed class AgentHealth(IReadOnlyList<(string Missing, Func<bool> Holds)> conditions, Func<bool> makesProgress)
{
    /// <summary>What is missing to be ready; empty when nothing is.</summary>
    public IReadOnlyList<string> Missing() => [.. conditions.Where(condition => !condition.Holds()).Select(condition => condition.Missing)];

    /// <summary>False only when restarting the agent is the remedy.</summary>
    public bool IsAlive() => makesProgress();
}
