using System.Buffers;
using Grpc.Core;
using Grpc.Net.Client;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>OTLP over gRPC. The request is bytes already, so the method's marshaller only copies them.</summary>
internal sealed class OtlpGrpcTransport : IOtlpTransport
{
    private static readonly Method<ReadOnlyMemory<byte>[], byte[]> Export = new(
        MethodType.Unary,
        "opentelemetry.proto.collector.logs.v1.LogsService",
        "Export",
        new Marshaller<ReadOnlyMemory<byte>[]>(Write, static _ => throw new NotSupportedException("Requests are only written.")),
        new Marshaller<byte[]>(static (_, _) => throw new NotSupportedException("Responses are only read."), static context => context.PayloadAsNewBuffer()));

    private readonly OtlpSettings _settings;
    private readonly GrpcChannel _channel;
    private readonly CallInvoker _calls;
    private readonly Metadata _headers = [];
    private readonly TimeProvider _clock;

    public OtlpGrpcTransport(OtlpSettings settings, TimeProvider clock)
    {
        _settings = settings;
        _clock = clock;
        _channel = GrpcChannel.ForAddress(settings.Endpoint, new GrpcChannelOptions
        {
            HttpHandler = OtlpHandler.Create(settings),
            DisposeHttpClient = true,
            // Trying again is the queue's part; by itself the library would, and only five times.
            MaxRetryAttempts = 1,
        });
        _calls = _channel.CreateCallInvoker();
        foreach (var (name, value) in settings.Headers)
        {
            _headers.Add(name, value);
        }

        if (settings.UseGzip)
        {
            // The library's own header for "compress this request".
            _headers.Add("grpc-internal-encoding-request", "gzip");
        }
    }

    public async Task<byte[]> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        try
        {
            var deadline = (_clock.GetUtcNow() + _settings.Timeout).UtcDateTime;
            using var call = _calls.AsyncUnaryCall(Export, null, new CallOptions(_headers, deadline, cancellation), [request]);
            return await call.ResponseAsync;
        }
        catch (RpcException exception) when (!cancellation.IsCancellationRequested)
        {
            throw Judge(exception);
        }
    }

    public void Dispose() => _channel.Dispose();

    private static SinkException Judge(RpcException exception)
    {
        var message = $"{exception.StatusCode}: {exception.Status.Detail}";
        var retryAfter = RetryInfo.Read(exception.Trailers.GetValueBytes("grpc-status-details-bin"));
        var isTransient = exception.StatusCode switch
        {
            StatusCode.Cancelled or StatusCode.DeadlineExceeded or StatusCode.Aborted or StatusCode.OutOfRange
                or StatusCode.Unavailable or StatusCode.DataLoss => true,
            StatusCode.ResourceExhausted => retryAfter is not null,
            // What broke below gRPC, such as a connection reset in the middle, is reported so.
            StatusCode.Internal => exception.Status.DebugException is HttpRequestException or IOException,
            _ => false,
        };
        return new SinkException(message, isTransient, retryAfter, exception);
    }

    private static void Write(ReadOnlyMemory<byte>[] request, SerializationContext context)
    {
        context.SetPayloadLength(request[0].Length);
        context.GetBufferWriter().Write(request[0].Span);
        context.Complete();
    }
}
