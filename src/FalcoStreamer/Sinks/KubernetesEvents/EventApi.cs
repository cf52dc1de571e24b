using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Reporting;

namespace FalcoStreamer.Sinks.KubernetesEvents;

/// <summary>What the API server said to a write; everything that may pass later is a transient <see cref="SinkException"/> instead.</summary>
internal enum EventOutcome
{
    Written,

    /// <summary>409 on create: an Event of this name is there, ours from before.</summary>
    AlreadyExists,

    /// <summary>404 on patch: it has expired or was deleted.</summary>
    EventMissing,

    /// <summary>404 on create: the namespace is gone.</summary>
    NamespaceMissing,

    /// <summary>403 on create: the namespace is being deleted.</summary>
    NamespaceTerminating,

    /// <summary>403: our role lacks the verb.</summary>
    Forbidden,

    /// <summary>It will never take this.</summary>
    Refused,
}

/// <summary>An answer with the server's own words.</summary>
internal readonly record struct EventAnswer(EventOutcome Outcome, string Message);

/// <summary>Writes Events through the API server and reads its answers (contracts/kubernetes.md, "Answers to expect").</summary>
internal sealed class EventApi(IKubernetesApi api, TimeSpan timeout, TimeProvider clock)
{
    private const int MostBytesOfAnswer = 64 * 1024;
    private const int MostBytesOfMessage = 512;

    public Task<EventAnswer> CreateAsync(string inNamespace, ReadOnlyMemory<byte> body, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, $"api/v1/namespaces/{inNamespace}/events", "application/json", body, cancellation);

    public Task<EventAnswer> PatchAsync(string inNamespace, string name, ReadOnlyMemory<byte> body, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Patch, $"api/v1/namespaces/{inNamespace}/events/{name}", "application/merge-patch+json", body, cancellation);

    private async Task<EventAnswer> SendAsync(
        HttpMethod method, string path, string mediaType, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        using var timer = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellation);
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = new ReadOnlyMemoryContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            using var response = await api.SendAsync(request, either.Token);
            var answer = await ReadAsync(response, either.Token);
            return Judge(method, response, answer);
        }
        // Ask the token, not the exception: a call that takes too long ends in the same exception as one that we were told to end.
        catch (Exception exception) when (!cancellation.IsCancellationRequested && exception is HttpRequestException or IOException or OperationCanceledException)
        {
            throw new SinkException($"The API server gave no answer to {method}: {exception.Message}", isTransient: true, inner: exception);
        }
    }

    private EventAnswer Judge(HttpMethod method, HttpResponseMessage response, Status status)
    {
        var isCreate = method == HttpMethod.Post;
        switch (response.StatusCode)
        {
            case >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices:
                return new EventAnswer(EventOutcome.Written, "");
            case HttpStatusCode.Conflict when isCreate && status.Reason == "AlreadyExists":
                return new EventAnswer(EventOutcome.AlreadyExists, status.Message);
            case HttpStatusCode.NotFound when status.DetailsKind == "namespaces":
                return new EventAnswer(EventOutcome.NamespaceMissing, status.Message);
            case HttpStatusCode.NotFound when !isCreate:
                return new EventAnswer(EventOutcome.EventMissing, status.Message);
            case HttpStatusCode.Forbidden when status.IsTerminating:
                return new EventAnswer(EventOutcome.NamespaceTerminating, status.Message);
            // An admission plugin (a quota, a webhook) answers 403 too, but only the authorizer says that we "cannot".
            case HttpStatusCode.Forbidden when status.Message.Contains("cannot ", StringComparison.Ordinal):
                return new EventAnswer(EventOutcome.Forbidden, status.Message);
            // 409 to a patch is a race that the server lost, 401 a token that is being renewed, 408, 429 and 5xx say so themselves.
            case HttpStatusCode.Conflict or HttpStatusCode.Unauthorized or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests:
            case >= HttpStatusCode.InternalServerError:
                throw new SinkException(
                    $"The API server answered {(int)response.StatusCode} to {method}: {status.Message}", isTransient: true, RetryAfter(response));
            default:
                return new EventAnswer(EventOutcome.Refused, $"{(int)response.StatusCode} {status.Message}");
        }
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var wait = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - clock.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return wait > TimeSpan.Zero ? wait : null;
    }

    private static async Task<Status> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        if (response.IsSuccessStatusCode)
        {
            // The written Event says nothing new, but only a read body lets the connection serve again.
            await stream.CopyToAsync(Stream.Null, cancellation);
            return default;
        }

        var body = new byte[MostBytesOfAnswer];
        var length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellation);
        return Status.Read(body.AsMemory(0, length));
    }

    /// <summary>The members of a Status that we decide by. A 429, and whatever a proxy answers, is text instead, and then the text is the message.</summary>
    private readonly record struct Status(string Message, string? Reason, string? DetailsKind, bool IsTerminating)
    {
        public static Status Read(ReadOnlyMemory<byte> body)
        {
            try
            {
                using var document = JsonDocument.Parse(body);
                if (document.RootElement is { ValueKind: JsonValueKind.Object } root && Text(root, "message") is { } message)
                {
                    var details = root.TryGetProperty("details", out var found) && found.ValueKind == JsonValueKind.Object ? found : default;
                    return new Status(Neutral(message), Text(root, "reason"), Text(details, "kind"), NamesTermination(details));
                }
            }
            catch (JsonException)
            {
                // Not a Status; what there is is shown below.
            }

            return new Status(Neutral(System.Text.Encoding.UTF8.GetString(body.Span).Trim()), null, null, false);
        }

        private static bool NamesTermination(JsonElement details) =>
            details.ValueKind == JsonValueKind.Object
            && details.TryGetProperty("causes", out var causes)
            && causes.ValueKind == JsonValueKind.Array
            && causes.EnumerateArray().Any(cause => Text(cause, "reason") == "NamespaceTerminating");

        private static string? Text(JsonElement element, string name) =>
            element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;

        // It quotes what we sent, and goes into our log.
        private static string Neutral(string text) => Utf8Cut.To(NeutralText.OneLine(text), MostBytesOfMessage);
    }
}
