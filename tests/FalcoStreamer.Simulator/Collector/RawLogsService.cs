using Google.Protobuf;
using Grpc.Core;
using OpenTelemetry.Proto.Collector.Logs.V1;

namespace FalcoStreamer.Simulator.Collector;

/// <summary>
/// The <c>LogsService</c> over bytes. It is written by hand, in the shape the server looks for, because a benchmark's collector must not make
/// objects of what it only counts.
/// </summary>
[BindServiceMethod(typeof(RawLogsService), nameof(Bind))]
internal abstract class RawLogsService
{
    private static readonly Method<RequestBytes, ExportLogsServiceResponse> ExportMethod = new(
        MethodType.Unary,
        "opentelemetry.proto.collector.logs.v1.LogsService",
        nameof(Export),
        Marshallers.Create<RequestBytes>(
            (_, _) => throw new NotSupportedException("A server only reads requests."),
            context => new RequestBytes(context.PayloadAsNewBuffer())),
        Marshallers.Create<ExportLogsServiceResponse>(
            (answer, context) => context.Complete(answer.ToByteArray()),
            _ => throw new NotSupportedException("A server only writes answers.")));

    /// <summary>Called by the server, with null to learn the methods.</summary>
    public static void Bind(ServiceBinderBase binder, RawLogsService? service) =>
        binder.AddMethod(ExportMethod, service is null ? null : new UnaryServerMethod<RequestBytes, ExportLogsServiceResponse>(service.Export));

    public abstract Task<ExportLogsServiceResponse> Export(RequestBytes request, ServerCallContext context);
}

/// <summary>A request's message as it came.</summary>
internal sealed record RequestBytes(byte[] Bytes);
