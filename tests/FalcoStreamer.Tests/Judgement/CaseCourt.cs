using System.Text;
using System.Text.Json.Nodes;
using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Judging;

/// <summary>Takes a case down the agent's road, from Falco's JSON and the API server's to incidents.</summary>
internal sealed class CaseCourt(BehaviourLibrary library) : IDisposable
{
    private readonly TelemetryProbe _probe = new();

    /// <summary>The incidents of a case, each as it stood at its end.</summary>
    public async Task<IReadOnlyList<Incident>> JudgeAsync(JudgementCase judged, CancellationToken cancellation)
    {
        var pods = new PodDirectory(TimeProvider.System, _probe.Telemetry);
        using var podList = ListOf(judged.Pods.Select(WithKind));
        pods.Replace([.. (await PodProjection.ReadListAsync(podList, cancellation)).Pods]);
        using var objectList = ListOf(judged.Objects.Select(item => item.DeepClone()));
        var objects = await ClusterObjects.ReadAsync(objectList, cancellation);
        var enricher = new AlertEnricher(pods, objects, objects, nodeName: null, isLive: false, TimeProvider.System, _probe.Telemetry);
        var correlator = new Correlator(library, new CorrelationOptions());
        var changes = new List<IncidentChange>();
        foreach (var json in judged.Alerts)
        {
            var alert = FalcoAlert.FromJson(Encoding.UTF8.GetBytes(json.ToJsonString()));
            correlator.Advance(alert.Time, changes);
            correlator.Add(alert, enricher.ResolveNow(alert), alert.Time, changes);
        }

        correlator.CloseAll(changes);
        return [.. changes.GroupBy(change => change.Incident.Id).Select(ofIncident => ofIncident.Last().Incident)];
    }

    public void Dispose() => _probe.Dispose();

    private static MemoryStream ListOf(IEnumerable<JsonNode> items) =>
        new(Encoding.UTF8.GetBytes(new JsonObject { ["kind"] = "List", ["items"] = new JsonArray([.. items]) }.ToJsonString()));

    private static JsonNode WithKind(JsonObject pod)
    {
        var whole = pod.DeepClone().AsObject();
        whole["apiVersion"] = "v1";
        whole["kind"] = "Pod";
        return whole;
    }
}
