namespace FalcoStreamer.Enrichment;

/// <summary>The API server, with whatever it takes to be let in.</summary>
internal interface IKubernetesApi
{
    /// <summary>
    /// Sends <paramref name="request"/>, whose URI is relative to the server (<c>api/v1/pods?…</c>), with fresh credentials,
    /// and returns as soon as the headers of the answer are there. Every status is an answer, none an exception.
    /// </summary>
    /// <exception cref="HttpRequestException">There was no answer.</exception>
    Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation);
}
