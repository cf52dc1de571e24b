using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Tests.Telemetry;

public sealed class AgentHealthTests
{
    [Fact]
    public void SaysWhatIsMissingToBeReady()
    {
        var isConnected = false;
        var health = new AgentHealth([("grpc: not connected", () => isConnected), ("pods: not known", () => true)], () => true);

        Assert.Equal(["grpc: not connected"], health.Missing());
        isConnected = true;
        Assert.Empty(health.Missing());
    }

    [Fact]
    public void IsAlive_AsLongAsThePipelineMakesProgress_ReadyOrNot()
    {
        var makesProgress = true;
        var health = new AgentHealth([("grpc: not connected", () => false)], () => makesProgress);

        Assert.True(health.IsAlive());
        makesProgress = false;
        Assert.False(health.IsAlive());
    }
}
