using FalcoStreamer.Protos.Falco.Version;
using Grpc.Core;

namespace FalcoStreamer.Simulator.Falco;

/// <summary><c>falco.version.service</c>: tells that this is Falco 0.43.1, the one that was recorded.</summary>
internal sealed class FalcoVersionService : service.serviceBase
{
    public override Task<response> version(request request, ServerCallContext context) => Task.FromResult(new response
    {
        Version = "0.43.1",
        Major = 0,
        Minor = 43,
        Patch = 1,
        EngineVersion = "0.59.0",
        EngineMajor = 0,
        EngineMinor = 59,
        EnginePatch = 0,
    });
}
