using System.Buffers;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

namespace FalcoStreamer.Simulator.Falco;

/// <summary>Binds <see cref="FalcoOutputsService"/> to its gRPC methods, with bytes in place of generated messages.</summary>
internal sealed class FalcoOutputsMethods : IServiceMethodProvider<FalcoOutputsService>
{
    private const string ServiceName = "falco.outputs.service";

    private static readonly Marshaller<FalcoOutputsService.Request> Requests = new(
        static (_, context) => context.Complete([]),
        static context => FalcoOutputsService.Request.Instance);

    private static readonly Marshaller<byte[]> Responses = new(
        static (alert, context) =>
        {
            context.SetPayloadLength(alert.Length);
            context.GetBufferWriter().Write(alert);
            context.Complete();
        },
        static context => context.PayloadAsNewBuffer());

    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<FalcoOutputsService> context)
    {
        context.AddDuplexStreamingMethod(
            new Method<FalcoOutputsService.Request, byte[]>(MethodType.DuplexStreaming, ServiceName, "sub", Requests, Responses),
            [],
            (service, requests, responses, call) => service.SubAsync(requests, responses, call));
        context.AddServerStreamingMethod(
            new Method<FalcoOutputsService.Request, byte[]>(MethodType.ServerStreaming, ServiceName, "get", Requests, Responses),
            [],
            (service, _, responses, call) => service.GetAsync(responses, call));
    }
}
