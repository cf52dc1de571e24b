using Grpc.Core;

namespace FalcoStreamer.Simulator.Collector;

/// <summary>What the collector double does with the next request, for <see cref="CollectorDouble.Script"/>.</summary>
internal abstract record CollectorAnswer
{
    private CollectorAnswer()
    {
    }

    /// <summary>Takes the records: what it does without a script.</summary>
    internal sealed record Take : CollectorAnswer;

    /// <summary>Takes the request and says that it did not keep <paramref name="Rejected"/> records; with 0 the message is a warning.</summary>
    internal sealed record Partial(long Rejected, string Message) : CollectorAnswer;

    /// <summary>Refuses over gRPC; <paramref name="RetryDelay"/> goes along as <c>google.rpc.RetryInfo</c>.</summary>
    internal sealed record GrpcError(StatusCode Code, string Detail, TimeSpan? RetryDelay = null) : CollectorAnswer;

    /// <summary>Refuses over HTTP.</summary>
    internal sealed record HttpError(int Status, string Detail, string? RetryAfter = null) : CollectorAnswer;

    /// <summary>Never answers.</summary>
    internal sealed record Hang : CollectorAnswer;

    /// <summary>Breaks the connection while the request is on its way.</summary>
    internal sealed record Reset : CollectorAnswer;

    /// <summary>Takes the records and breaks the connection before it has said so.</summary>
    internal sealed record TakeAndReset : CollectorAnswer;
}
