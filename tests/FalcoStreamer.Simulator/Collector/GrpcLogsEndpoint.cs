using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using OpenTelemetry.Proto.Collector.Logs.V1;

namespace FalcoStreamer.Simulator.Collector;

/// <summary>The collector's <c>LogsService</c>.</summary>
internal sealed class GrpcLogsEndpoint(CollectorStore store) : RawLogsService
{
    public override async Task<ExportLogsServiceResponse> Export(RequestBytes request, ServerCallContext context)
    {
        var http = context.GetHttpContext();
        var answer = ScriptedAnswer.Of(http);
        switch (answer)
        {
            case CollectorAnswer.Hang:
                await ScriptedAnswer.HangAsync(context.CancellationToken);
                break;
            case CollectorAnswer.GrpcError error:
                throw new RpcException(new Status(error.Code, error.Detail), Details(error));
        }

        try
        {
            store.Take(new CollectedRequest(request.Bytes, request.Bytes.Length, http.Request.Headers["grpc-encoding"], ScriptedAnswer.HeadersOf(http)));
        }
        catch (InvalidProtocolBufferException exception)
        {
            // What grpc-go says when a message does not decode.
            throw new RpcException(new Status(StatusCode.Internal, $"grpc: error unmarshalling request: {exception.Message}"));
        }

        if (answer is CollectorAnswer.TakeAndReset)
        {
            ScriptedAnswer.Reset(http);
        }

        return ScriptedAnswer.Response(answer);
    }

    private static Metadata Details(CollectorAnswer.GrpcError error)
    {
        if (error.RetryDelay is not { } delay)
        {
            return [];
        }

        // google.rpc.RetryInfo { retry_delay = 1 } inside google.rpc.Status { code = 1, message = 2, details = 3 }.
        var info = ScriptedAnswer.Message(output => Write(output, 1, Duration.FromTimeSpan(delay).ToByteString()));
        var any = new Any { TypeUrl = "type.googleapis.com/google.rpc.RetryInfo", Value = info };
        var status = ScriptedAnswer.Message(output =>
        {
            output.WriteTag(1, WireFormat.WireType.Varint);
            output.WriteInt32((int)error.Code);
            Write(output, 2, ByteString.CopyFromUtf8(error.Detail));
            Write(output, 3, any.ToByteString());
        });
        return new Metadata { { "grpc-status-details-bin", status.ToByteArray() } };
    }

    private static void Write(CodedOutputStream output, int field, ByteString value)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(value);
    }
}
