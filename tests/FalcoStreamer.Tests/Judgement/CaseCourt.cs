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
        var list = new JsonObject { ["kind"] = "List", ["items"] = new JsonArray([.. judged.Pods.Select(WithKind)]) };
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(list.ToJsonString()));
        pods.Replace([.. (await PodProjection.ReadListAsync(stream, cancellation)).Pods]);
        var enricher = new AlertEnricher(pods, ClusterObjects.Empty, ClusterObjects.Empty, nodeName: null, isLive: false, TimeProvider.System, _probe.Telemetry);
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

    private static JsonNode WithKind(JsonObject pod)
    {
        var whole = pod.DeepClone().AsObject();
        whole["apiVersion"] = "v1";
        whole["kind"] = "Pod";
        return whole;
    }
}
