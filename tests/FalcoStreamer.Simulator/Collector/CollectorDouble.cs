using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using FalcoStreamer.Protos.OpenTelemetry.Collector.Logs.V1;
using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FalcoStreamer.Simulator.Collector;

/// <summary>
/// An OpenTelemetry collector that takes logs over gRPC and over HTTP, each on a port of the loopback that it keeps over a restart, and keeps what it
/// got or only counts it.
/// </summary>
/// <param name="countOnly">Count records without decoding them, for benchmarks.</param>
internal sealed class CollectorDouble(bool countOnly = false) : IAsyncDisposable
{
    private readonly ConcurrentQueue<CollectorAnswer> _script = new();
    private readonly List<CollectedRecord> _records = [];
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication? _server;
    private int _grpcPort;
    private int _httpPort;
    private long _counted;
    private long _requests;

    public string GrpcEndpoint => $"http://127.0.0.1:{_grpcPort}";

    public string HttpEndpoint => $"http://127.0.0.1:{_httpPort}";

    /// <summary>How many records have come.</summary>
    public long Counted => Interlocked.Read(ref _counted);

    /// <summary>How many requests have come, those that were refused too.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>The largest request before compression, in bytes.</summary>
    public int LargestRequest { get; private set; }

    /// <summary>Whether every request was compressed.</summary>
    public bool AllCompressed { get; private set; } = true;

    /// <summary>The headers of the last request.</summary>
    public IHeaderDictionary LastHeaders { get; private set; } = new HeaderDictionary();

    /// <summary>Everything that was taken, in order.</summary>
    public IReadOnlyList<CollectedRecord> Records
    {
        get
        {
            lock (_gate)
            {
                return [.. _records];
            }
        }
    }

    /// <summary>The next requests are answered like this, one each.</summary>
    public void Answer(params IEnumerable<CollectorAnswer> answers)
    {
        foreach (var answer in answers)
        {
            _script.Enqueue(answer);
        }
    }

    /// <summary>Ends when what has come satisfies <paramref name="condition"/>.</summary>
    public async Task WaitForAsync(Func<IReadOnlyList<CollectedRecord>, bool> condition, CancellationToken cancellation)
    {
        while (true)
        {
            var changed = Volatile.Read(ref _changed).Task;
            if (condition(Records))
            {
                return;
            }

            await changed.WaitAsync(cancellation);
        }
    }

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(200));
        builder.Services.AddGrpc(options => options.MaxReceiveMessageSize = 4 * 1024 * 1024);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceMethodProvider<CollectorLogsService>, CollectorLogsMethods>());
        builder.Services.AddSingleton(new CollectorLogsService(TakeAsync));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = 16 * 1024 * 1024;
            kestrel.Listen(IPAddress.Loopback, _grpcPort, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, _httpPort, listen => listen.Protocols = HttpProtocols.Http1);
        });
        _server = builder.Build();
        _server.MapGrpcService<CollectorLogsService>();
        _server.MapPost("/v1/logs", TakeHttpAsync);
        await _server.StartAsync();
        var ports = _server.Urls.Select(url => new Uri(url).Port).ToList();
        (_grpcPort, _httpPort) = (ports[0], ports[1]);
    }

    /// <summary>Refuses connections until it is started again.</summary>
    public async Task StopAsync()
    {
        if (_server is not null)
        {
            await _server.StopAsync();
            await _server.DisposeAsync();
            _server = null;
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task<byte[]> TakeAsync(byte[] request, HttpContext context)
    {
        Note(request, context.Request.Headers, isCompressed: context.Request.Headers["grpc-encoding"] == "gzip");
        if (!_script.TryDequeue(out var answer))
        {
            Keep(request);
            return [];
        }

        if (answer.GrpcStatus is { } status)
        {
            var trailers = new Metadata();
            if (answer.RetryInfo is { } pause)
            {
                trailers.Add("grpc-status-details-bin", StatusDetails.WithRetryInfo(status, pause));
            }

            throw new RpcException(new Grpc.Core.Status(status, "as the script says"), trailers);
        }

        await MisbehaveAsync(answer, context);
        Keep(request);
        return Response(answer);
    }

    private async Task TakeHttpAsync(HttpContext context)
    {
        var isCompressed = context.Request.Headers.ContentEncoding == "gzip";
        using var body = new MemoryStream();
        await using (var stream = isCompressed ? new GZipStream(context.Request.Body, CompressionMode.Decompress) : context.Request.Body)
        {
            await stream.CopyToAsync(body, context.RequestAborted);
        }

        Note(body.ToArray(), context.Request.Headers, isCompressed);
        if (context.Request.ContentType != "application/x-protobuf")
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        var answer = _script.TryDequeue(out var scripted) ? scripted : new CollectorAnswer();
        if (answer.HttpStatus is { } status)
        {
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = answer.RetryAfter;
            return;
        }

        await MisbehaveAsync(answer, context);
        if (!context.RequestAborted.IsCancellationRequested)
        {
            Keep(body.ToArray());
            context.Response.ContentType = "application/x-protobuf";
            await context.Response.BodyWriter.WriteAsync(Response(answer), context.RequestAborted);
        }
    }

    private static async Task MisbehaveAsync(CollectorAnswer answer, HttpContext context)
    {
        if (answer.Hangs)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        }

        if (answer.Resets)
        {
            context.Abort();
            throw new IOException("The collector resets the connection, as the script says.");
        }
    }

    private static byte[] Response(CollectorAnswer answer) => answer.Rejected == 0
        ? []
        : new ExportLogsServiceResponse
        {
            PartialSuccess = new ExportLogsPartialSuccess { RejectedLogRecords = answer.Rejected, ErrorMessage = "as the script says" },
        }.ToByteArray();

    private void Note(byte[] request, IHeaderDictionary headers, bool isCompressed)
    {
        Interlocked.Increment(ref _requests);
        LargestRequest = Math.Max(LargestRequest, request.Length);
        AllCompressed &= isCompressed;
        LastHeaders = new HeaderDictionary(headers.ToDictionary());
    }

    private void Keep(byte[] request)
    {
        if (countOnly)
        {
            Interlocked.Add(ref _counted, RecordCounter.Count(request));
            return;
        }

        var decoded = ExportLogsServiceRequest.Parser.ParseFrom(request);
        lock (_gate)
        {
            foreach (var resource in decoded.ResourceLogs)
            {
                foreach (var scope in resource.ScopeLogs)
                {
                    _records.AddRange(scope.LogRecords.Select(record => new CollectedRecord(record, resource, scope.Scope.Name)));
                }
            }

            Interlocked.Exchange(ref _counted, _records.Count);
        }

        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }
}
