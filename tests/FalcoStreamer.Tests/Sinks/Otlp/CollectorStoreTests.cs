using FalcoStreamer.Simulator.Collector;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Sinks.Otlp;

/// <summary>The double's fast way must count what its slow way reads.</summary>
public sealed class CollectorStoreTests
{
    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task CountsOnTheWire(string protocol)
    {
        await using var scene = await OtlpScene.StartAsync(protocol, collectorOptions: new CollectorOptions { CountsOnly = true });

        await scene.SendAsync([.. Recordings.HttpAlerts().Select(OtlpScene.Record)]);

        Assert.Equal(249, scene.Store.RecordCount);
        Assert.Empty(scene.Store.Records);
    }

    [Fact]
    public async Task KeepsNoMoreThanItsCapacity()
    {
        await using var scene = await OtlpScene.StartAsync("grpc", collectorOptions: new CollectorOptions { Capacity = 10 });

        await scene.SendAsync([.. Recordings.HttpAlerts().Select(OtlpScene.Record)]);

        Assert.Equal(249, scene.Store.RecordCount);
        Assert.Equal(10, scene.Store.Records.Count);
    }
}
