using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Sources;

/// <summary>
/// Keeps a Falco that is away from filling the log: one line when it goes, one when it is back, one if it seems to have no gRPC at all.
/// </summary>
internal sealed class GrpcOutage(GrpcSourceOptions options, TimeProvider clock, AgentTelemetry telemetry)
{
    /// <summary>How long the socket may be missing before we say that this Falco may never make one.</summary>
    public static readonly TimeSpan MissingForLong = TimeSpan.FromSeconds(30);

    private long? _since;
    private bool _hinted;

    /// <summary>A connection was lost, or an attempt to make one failed.</summary>
    public void Failed(Exception reason)
    {
        if (_since is null)
        {
            _since = clock.GetTimestamp();
            telemetry.FalcoUnreachable(options.Address, FalcoFailure.Explain(reason, options));
        }
        else
        {
            telemetry.FalcoStillUnreachable(options.Address, reason);
        }

        var isCertain = reason is Grpc.Core.RpcException { StatusCode: Grpc.Core.StatusCode.Unimplemented };
        if (!_hinted && FalcoFailure.LooksLikeNoGrpc(reason, options) && (isCertain || clock.GetElapsedTime(_since.Value) >= MissingForLong))
        {
            _hinted = true;
            telemetry.FalcoMayHaveNoGrpc(options.Address);
        }
    }

    /// <summary>Falco ended the stream in good order: it shuts down.</summary>
    public void Closed()
    {
        _since ??= clock.GetTimestamp();
        telemetry.FalcoClosedStream(options.Address);
    }

    /// <summary>A stream is open.</summary>
    public void Over(string version, string engineVersion)
    {
        var lasted = _since is { } since ? clock.GetElapsedTime(since) : TimeSpan.Zero;
        _since = null;
        _hinted = false;
        telemetry.FalcoConnected(options.Address, version, engineVersion, lasted);
    }
}
