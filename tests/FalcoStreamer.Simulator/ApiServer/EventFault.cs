namespace FalcoStreamer.Simulator.ApiServer;

/// <summary>Ways in which an API server fails to answer as asked.</summary>
internal enum EventFault
{
    /// <summary>429 with text and <c>Retry-After: 1</c>.</summary>
    TooManyRequests,

    Unauthorized,

    /// <summary>403: the role lacks the verb.</summary>
    Forbidden,

    /// <summary>500.</summary>
    InternalError,

    /// <summary>The connection stays open and silent until the client gives up.</summary>
    Hang,

    /// <summary>The connection breaks before an answer, and nothing is done.</summary>
    Drop,

    /// <summary>The connection breaks after the work is done: the client cannot know.</summary>
    DropAfter,
}

/// <summary>A request that came in, with what was answered; 0 where nothing was.</summary>
internal sealed record EventRequest(string Method, string Path, string MediaType, string Body, int Answer);
