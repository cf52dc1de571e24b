using System.Net;
using System.Text.Json;
using System.Threading.Channels;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Enrichment;

/// <summary>
/// Asks the API server for the owners that names do not tell: once per owner, when the watcher sees a pod, never because of an alert.
/// </summary>
internal sealed class OwnerResolver(IKubernetesApi api, TimeProvider clock, AgentTelemetry telemetry) : IOwners
{
    private const int MostKnown = 2048;
    private const int MostWaiting = 256;

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Known> _known = [];
    private readonly Queue<string> _oldest = new();

    // A pod that finds no place is tried again the next time the watcher sees it.
    private readonly Channel<Question> _questions = Channel.CreateBounded<Question>(
        new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    private long _version;
    private bool _isForbiddenSaid;

    public long Version => Interlocked.Read(ref _version);

    public Workload? OwnerOf(PodFacts pod)
    {
        if (pod.Controller is not { } controller)
        {
            return null;
        }

        if (OwnerRules.TryResolve(pod, controller, out var workload))
        {
            return workload;
        }

        lock (_gate)
        {
            return _known.TryGetValue(controller.Uid, out var known) && known.Workload is { } owner ? owner : workload;
        }
    }

    /// <summary>Lets the owner of a pod be looked up if it has to be. Called by the watcher; never waits.</summary>
    public void Seen(PodFacts pod)
    {
        if (pod.Controller is not { } controller || OwnerRules.TryResolve(pod, controller, out _))
        {
            return;
        }

        lock (_gate)
        {
            if (_known.TryGetValue(controller.Uid, out var known) && !known.MayAskAgain(clock))
            {
                return;
            }

            if (_questions.Writer.TryWrite(new Question(pod.Namespace, controller)))
            {
                Remember(controller.Uid, new Known(null, AskAgain: false, 0));
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

    private async Task AskAsync(Question question, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(AnswerTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, OwnerRules.PathOf(question.Namespace, question.Controller));
            // The metadata is all that is needed; a ReplicaSet's template may be large.
            request.Headers.TryAddWithoutValidation("Accept", "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1, application/json");
            using var response = await api.SendAsync(request, either.Token);
            await AnswerAsync(question, response, either.Token);
        }
        // Ask the token, not the exception type: our own timeout is a cancellation too.
        catch (Exception exception) when (!cancellation.IsCancellationRequested
            && exception is HttpRequestException or IOException or JsonException or OperationCanceledException or KubernetesApiException)
        {
            Answer(question.Controller.Uid, new Known(null, AskAgain: true, clock.GetTimestamp()));
            telemetry.OwnerAsked("failed");
        }
    }

    private async Task AnswerAsync(Question question, HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.StatusCode is HttpStatusCode.NotFound)
        {
            telemetry.OwnerAsked("absent");
            return;
        }

        if (response.StatusCode is HttpStatusCode.Forbidden)
        {
            telemetry.OwnerForbidden(question.Controller.Kind, (await KubernetesApiException.ReadAsync(response, cancellation)).Message, !_isForbiddenSaid);
            _isForbiddenSaid = true;
            return;
        }

        if (!response.IsSuccessStatusCode)
        {
            throw await KubernetesApiException.ReadAsync(response, cancellation);
        }

        using var body = await response.Content.ReadAsStreamAsync(cancellation);
        var owner = await JsonSerializer.DeserializeAsync(body, KubernetesJsonContext.Default.ObjectJson, cancellation);

        // Another object of the same name may have come in its place.
        if (owner?.Metadata?.Uid == question.Controller.Uid && PodProjection.ControllerOf(owner.Metadata.OwnerReferences) is { } controller)
        {
            Answer(question.Controller.Uid, new Known(new Workload(controller.Kind, controller.Name), AskAgain: false, 0));
        }

        telemetry.OwnerAsked("found");
    }

    private void Answer(string uid, Known answer)
    {
        lock (_gate)
        {
            Remember(uid, answer);
            Interlocked.Increment(ref _version);
        }
    }

    private void Remember(string uid, Known known)
    {
        if (!_known.ContainsKey(uid))
        {
            _oldest.Enqueue(uid);
            if (_oldest.Count > MostKnown)
            {
                _known.Remove(_oldest.Dequeue());
                telemetry.Forgotten("owner");
            }
        }

        _known[uid] = known;
    }

    /// <summary>A controller whose own owner is wanted.</summary>
    private readonly record struct Question(string Namespace, OwnerFacts Controller);

    /// <summary>What is known of a controller: its owner, or that it has none or may not be read; or that there was no answer yet.</summary>
    private readonly record struct Known(Workload? Workload, bool AskAgain, long Since)
    {
        public bool MayAskAgain(TimeProvider clock) => AskAgain && clock.GetElapsedTime(Since) >= RetryAfter;
    }
}
