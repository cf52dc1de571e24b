using System.Net;
using System.Text.Json;
using System.Threading.Channels;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Enrichment;

/// <summary>
/// Asks the API server for the owners that names do not tell and for the revisions that pods were made from: when the watcher sees a pod, never
/// because of an alert, and of all pods of one owner and revision once in <see cref="KnownFor"/>.
/// </summary>
internal sealed class OwnerResolver(IKubernetesApi api, TimeProvider clock, AgentTelemetry telemetry) : IOwners
{
    private const int MostKnown = 2048;
    private const int MostWaiting = 256;

    /// <summary>How long an answer is good; the pods of an owner keep it until there is a newer one.</summary>
    public static readonly TimeSpan KnownFor = TimeSpan.FromHours(1);

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);

    // What is not there may have been too new, what is forbidden may be granted by somebody who reads the log.
    private static readonly TimeSpan RefusedFor = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Known> _known = [];
    private readonly Queue<string> _oldest = new();

    // A pod that finds no place is tried again the next time the watcher sees it.
    private readonly Channel<OwnerQuestion> _questions = Channel.CreateBounded<OwnerQuestion>(
        new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    private readonly HashSet<string> _forbiddenKinds = [];
    private long _version;

    public long Version => Interlocked.Read(ref _version);

    public Workload? OwnerOf(PodFacts pod)
    {
        if (pod.Controller is not { } controller)
        {
            return null;
        }

        return OwnerRules.TryResolve(pod, controller, out var workload) ? workload : AnswerAbout(pod)?.Workload ?? workload;
    }

    public PodRevision? RevisionOf(PodFacts pod) => AnswerAbout(pod)?.Revision;

    /// <summary>Lets what is to be known of a pod's owner be asked. Called by the watcher; never waits.</summary>
    public void Seen(PodFacts pod)
    {
        if (OwnerQuestion.About(pod) is not { } question)
        {
            return;
        }

        lock (_gate)
        {
            if (_known.TryGetValue(question.Key, out var known) && clock.GetElapsedTime(known.Since) < known.Lifetime)
            {
                return;
            }

            if (_questions.Writer.TryWrite(question))
            {
                Remember(question.Key, new Known(known.Answer, clock.GetTimestamp(), KnownFor));
            }
            else
            {
                telemetry.OwnerAsked("postponed");
            }
        }
    }

    /// <summary>Asks one question after the other until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await foreach (var question in _questions.Reader.ReadAllAsync(cancellation))
        {
            await AskAsync(question, cancellation);
        }
    }

    private OwnerAnswer? AnswerAbout(PodFacts pod)
    {
        if (OwnerQuestion.About(pod) is not { } question)
        {
            return null;
        }

        lock (_gate)
        {
            return _known.GetValueOrDefault(question.Key).Answer;
        }
    }

    private async Task AskAsync(OwnerQuestion question, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(AnswerTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, question.Path);
            using var response = await api.SendAsync(request, either.Token);
            await AnswerAsync(question, response, either.Token);
        }
        // Ask the token, not the exception type: our own timeout is a cancellation too.
        catch (Exception exception) when (!cancellation.IsCancellationRequested
            && exception is HttpRequestException or IOException or JsonException or OperationCanceledException or KubernetesApiException)
        {
            Answer(question.Key, null, RetryAfter);
            telemetry.OwnerAsked("failed");
        }
    }

    private async Task AnswerAsync(OwnerQuestion question, HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.StatusCode is HttpStatusCode.NotFound)
        {
            Answer(question.Key, null, RefusedFor);
            telemetry.OwnerAsked("absent");
            return;
        }

        if (response.StatusCode is HttpStatusCode.Forbidden)
        {
            var reason = (await KubernetesApiException.ReadAsync(response, cancellation)).Message;
            Answer(question.Key, null, RefusedFor);
            telemetry.OwnerForbidden(question.Kind, reason, isFirst: _forbiddenKinds.Add(question.Kind));
            return;
        }

        if (!response.IsSuccessStatusCode)
        {
            throw await KubernetesApiException.ReadAsync(response, cancellation);
        }

        using var body = await response.Content.ReadAsStreamAsync(cancellation);
        var found = await JsonSerializer.DeserializeAsync(body, KubernetesJsonContext.Default.ObjectJson, cancellation);

        // Another object of the same name may have come in its place.
        var told = found is null ? null : OwnerQuestion.Read(question.Kind, found);
        Answer(question.Key, told?.Key == question.Key ? told.Value.Answer : null, KnownFor);
        telemetry.OwnerAsked("found");
    }

    /// <summary>Takes an answer; without one what was known before stays.</summary>
    private void Answer(string key, OwnerAnswer? answer, TimeSpan lifetime)
    {
        lock (_gate)
        {
            Remember(key, new Known(answer ?? _known.GetValueOrDefault(key).Answer, clock.GetTimestamp(), lifetime));
            Interlocked.Increment(ref _version);
        }
    }

    private void Remember(string key, Known known)
    {
        if (!_known.ContainsKey(key))
        {
            _oldest.Enqueue(key);
            if (_oldest.Count > MostKnown)
            {
                _known.Remove(_oldest.Dequeue());
                telemetry.Forgotten("owner");
            }
        }

        _known[key] = known;
    }

    /// <summary>What is known, null while nothing is, since when, and how long it is not asked again.</summary>
    private readonly record struct Known(OwnerAnswer? Answer, long Since, TimeSpan Lifetime);
}
