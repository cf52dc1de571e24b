using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Correlation;

public sealed class NodeRightsTests
{
    private static readonly PodFacts Bare = SomePods.Pod(SomePods.Container());

    public static TheoryData<string> Rights => ["privileged", "capability", "hostPID", "root", "socket"];

    [Theory]
    [MemberData(nameof(Rights))]
    public void AreNobodys_WhenNothingOwnsThePod(string right)
    {
        Assert.True(NodeRights.AreNobodys(With(right)));
        Assert.False(NodeRights.AreNobodys(With(right) with { Controller = new OwnerFacts("apps/v1", "DaemonSet", "agent", "u") }));
        Assert.False(NodeRights.AreNobodys(With(right) with { ConfigHash = "static" }));
    }

    [Fact]
    public void AreNone_WhenThePodIsOrdinary()
    {
        Assert.False(NodeRights.AreNobodys(Bare));
        Assert.False(NodeRights.AreNobodys(Bare with { HostPaths = ["/var/log/app"] }));
    }

    private static PodFacts With(string right) => right switch
    {
        "privileged" => SomePods.Pod(SomePods.Container() with { Security = new SecurityFacts { Privileged = true } }),
        "capability" => SomePods.Pod(SomePods.Container() with { Security = new SecurityFacts { AddedCapabilities = ["CAP_SYS_ADMIN"] } }),
        "hostPID" => Bare with { HostPid = true },
        "root" => Bare with { HostPaths = ["/"] },
        _ => Bare with { HostPaths = ["/run/containerd/containerd.sock"] },
    };
}
