using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

namespace FalcoStreamer.Simulator.Collector;

/// <summary><c>LogsService</c> with requests as bytes: what the agent wrote is judged by a decoder of its own, and may be counted without one.</summary>
/// <param name="take">Takes an encoded request and gives the encoded response.</param>
internal sealed class CollectorLogsService(Func<byte[], HttpContext, Task<byte[]>> take)
{
    public Task<byte[]> ExportAsync(byte[] request, ServerCallContext call) => take(request, call.GetHttpContext());
}

/// <summary>Maps <see cref="CollectorLogsService"/>.</summary>
internal sealed class CollectorLogsMethods : IServiceMethodProvider<CollectorLogsService>
{
    private static readonly Marshaller<byte[]> AsIs = Marshallers.Create(static bytes => bytes, static bytes => bytes);

    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<CollectorLogsService> context) => context.AddUnaryMethod(
        new Method<byte[], byte[]>(MethodType.Unary, "opentelemetry.proto.collector.logs.v1.LogsService", "Export", AsIs, AsIs),
        [],
        static (service, request, call) => service.ExportAsync(request, call));
}
