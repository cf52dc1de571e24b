namespace FalcoStreamer.Simulator.Collector;

/// <summary>What the collector does with one request instead of taking it.</summary>
internal sealed record CollectorAnswer
{
    /// <summary>The gRPC status, or null.</summary>
    public Grpc.Core.StatusCode? GrpcStatus { get; init; }

    /// <summary>A pause in google.rpc.RetryInfo beside the gRPC status, or null.</summary>
    public TimeSpan? RetryInfo { get; init; }

    /// <summary>The HTTP status, or null.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>The header Retry-After, or null.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>How many records of the request are taken but rejected: the status is success then.</summary>
    public long Rejected { get; init; }

    /// <summary>The connection is reset before an answer.</summary>
    public bool Resets { get; init; }

    /// <summary>There is no answer at all.</summary>
    public bool Hangs { get; init; }
}
