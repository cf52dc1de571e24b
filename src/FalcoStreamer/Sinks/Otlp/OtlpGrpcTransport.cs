using System.Buffers;
using System.IO.Compression;
using System.Text;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Compression;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>OTLP over gRPC. The bytes of a request go to the wire as they are: no message object is made of them.</summary>
internal sealed class OtlpGrpcTransport : IOtlpTransport
{
    private static readonly Method<Payload, OtlpAnswer> Export = new(
        MethodType.Unary,
        "opentelemetry.proto.collector.logs.v1.LogsService",
        "Export",
        Marshallers.Create<Payload>(Write, _ => throw new NotSupportedException("Requests are only written.")),
        Marshallers.Create<OtlpAnswer>(
            (_, _) => throw new NotSupportedException("Answers are only read."),
            context => OtlpAnswerReader.ReadResponse(context.PayloadAsNewBuffer())));

    private readonly OtlpSettings _settings;
    private readonly TimeProvider _clock;
    private readonly GrpcChannel _channel;
    private readonly CallInvoker _invoker;
    private readonly Metadata _headers = [];

    public OtlpGrpcTransport(OtlpSettings settings, SocketsHttpHandler handler, TimeProvider clock)
    {
        _settings = settings;
        _clock = clock;
        // No service config, so the library tries nothing again: the sink's queue does. And a client instead of a handler, since with a
        // handler the library connects by itself and refuses every call while it waits up to two minutes before it tries again.
        _channel = GrpcChannel.ForAddress(settings.Endpoint, new GrpcChannelOptions
        {
            HttpClient = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan },
            DisposeHttpClient = true,
            MaxReceiveMessageSize = OtlpAnswerReader.Limit,
            CompressionProviders = [new GzipCompressionProvider(CompressionLevel.Fastest)],
        });
        _invoker = _channel.CreateCallInvoker();
        foreach (var (name, value) in settings.Headers)
        {
            _headers.Add(name, value);
        }

        if (settings.Gzip)
        {
            _headers.Add("grpc-internal-encoding-request", "gzip");
        }
    }

    public async Task<OtlpAnswer> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(_settings.Timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        try
        {
            var options = new CallOptions(_headers, cancellationToken: either.Token);
            return await _invoker.AsyncUnaryCall(Export, host: null, options, new Payload(request));
        }
        catch (Exception exception) when (exception is RpcException or OperationCanceledException)
        {
            // Ask the tokens, not the exception: a collector may answer CANCELLED of its own accord.
            cancellation.ThrowIfCancellationRequested();
            throw exception is RpcException failed && !timeout.IsCancellationRequested
                ? Translate(failed)
                : OtlpTransport.TimedOut(_settings, exception);
        }
    }

    public void Dispose() => _channel.Dispose();

    private SinkException Translate(RpcException failed)
    {
        if (failed.Status.DebugException is { } cause)
        {
            // No answer came; the code is one that the library made up for the broken connection.
            return new SinkException($"The collector at {_settings.Endpoint} cannot be reached: {cause.GetBaseException().Message}", isTransient: true, inner: failed);
        }

        var retryAfter = failed.Trailers.GetValueBytes("grpc-status-details-bin") is { } details ? OtlpAnswerReader.ReadRetryDelay(details) : null;
        var isTransient = failed.StatusCode switch
        {
            StatusCode.Cancelled or StatusCode.DeadlineExceeded or StatusCode.Aborted or StatusCode.OutOfRange
                or StatusCode.Unavailable or StatusCode.DataLoss => true,
            // Without RetryInfo it means that the request itself is too large.
            StatusCode.ResourceExhausted => retryAfter is not null,
            _ => false,
        };
        var detail = OtlpAnswerReader.Readable(Encoding.UTF8.GetBytes(failed.Status.Detail));
        return new SinkException($"The collector at {_settings.Endpoint} answered {failed.StatusCode}: {detail}", isTransient, retryAfter, failed);
    }

    private static void Write(Payload payload, SerializationContext context)
    {
        context.SetPayloadLength(payload.Bytes.Length);
        context.GetBufferWriter().Write(payload.Bytes.Span);
        context.Complete();
    }

    /// <summary>The library wants a class to marshal.</summary>
    private sealed record Payload(ReadOnlyMemory<byte> Bytes);
}
