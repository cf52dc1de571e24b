using FalcoStreamer.Sources;
using FalcoStreamer.Tests.Support;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;

namespace FalcoStreamer.Tests.Sources;

public sealed class GrpcOutageTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly TelemetryProbe _probe = new();
    private readonly GrpcOutage _outage;

    public GrpcOutageTests() =>
        _outage = new GrpcOutage(new GrpcSourceOptions { Address = "unix:///nowhere/falco.sock" }, _clock, _probe.Telemetry);

    public void Dispose() => _probe.Dispose();

    [Fact]
    public void IsSaidOnce_HoweverOftenWeTry()
    {
        for (var attempt = 0; attempt < 10; attempt++)
        {
            _outage.Failed(Unavailable());
        }

        _clock.Advance(TimeSpan.FromSeconds(12));
        _outage.Over("0.43.1", "0.59.0");

        Assert.Contains("there is no socket", Assert.Single(_probe.Lines(102)), StringComparison.Ordinal);
        Assert.Contains("Falco 0.43.1 (engine 0.59.0) is connected", Assert.Single(_probe.Lines(101)), StringComparison.Ordinal);
        Assert.Contains("after 12.0 s", Assert.Single(_probe.Lines(101)), StringComparison.Ordinal);
    }

    [Fact]
    public void IsSaidAgain_WhenItIsANewOne()
    {
        _outage.Failed(Unavailable());
        _outage.Over("0.43.1", "0.59.0");
        _outage.Failed(Unavailable());

        Assert.Equal(2, _probe.Lines(102).Count);
    }

    [Fact]
    public void NamesTheOtherInputsOnce_WhenTheSocketIsMissingForLong()
    {
        _outage.Failed(Unavailable());
        var early = _probe.Lines(105).Count;
        _clock.Advance(GrpcOutage.MissingForLong);
        _outage.Failed(Unavailable());
        _outage.Failed(Unavailable());

        var line = Assert.Single(_probe.Lines(105));
        Assert.Equal(0, early);
        Assert.Contains("Falco 0.44", line, StringComparison.Ordinal);
        Assert.Contains("sources.http", line, StringComparison.Ordinal);
        Assert.Contains("sources.log", line, StringComparison.Ordinal);
    }

    [Fact]
    public void NamesTheOtherInputsAtOnce_WhenTheServiceIsUnknown()
    {
        _outage.Failed(new RpcException(new Status(StatusCode.Unimplemented, "no")));

        Assert.Single(_probe.Lines(105));
    }

    private static RpcException Unavailable() => new(new Status(StatusCode.Unavailable, "away"));
}
