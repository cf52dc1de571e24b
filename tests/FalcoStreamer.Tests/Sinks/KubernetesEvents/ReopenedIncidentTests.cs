using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Reporting;
using FalcoStreamer.Sinks;
using FalcoStreamer.Sinks.KubernetesEvents;
using FalcoStreamer.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace FalcoStreamer.Tests.Sinks.KubernetesEvents;

/// <summary>From alerts to the API server: an attack behind something harmless changes what the pod's Event says.</summary>
public sealed class ReopenedIncidentTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ChangesTypeReasonMessageAndVerdict_WhenAnAttackFollowsAHarmlessMatch()
    {
        await using var server = await EventServer.StartAsync(Cancellation);
        using var probe = new TelemetryProbe();
        var options = new KubernetesEventOptions { PodName = "agent-1", PodNamespace = "falco", NodeName = "node-1", RequestTimeout = TimeSpan.FromSeconds(10) };
        var sink = new KubernetesEventSink(
            server, NoteRenderer.Render, MarkdownRenderer.Render, _ => ValueTask.CompletedTask, options, new FakeTimeProvider(Some.Time.ToDateTimeOffset()), probe.Telemetry);
        var correlator = new Correlator(Shipped.Behaviours, new CorrelationOptions());

        await AddAsync(SomePods.CalicoAlert("A"));
        var harmless = Assert.Single(server.Store.Events);
        Assert.Equal(("Normal", "FalcoBenign"), (harmless["type"]!.GetValue<string>(), harmless["reason"]!.GetValue<string>()));

        var pause = TimeSpan.FromSeconds(30);
        await AddAsync(Some.Alert("Launch Ingress Remote File Copy Tools in Container", time: Some.Time + pause, fields: [("proc.name", "wget"), ("proc.cmdline", "wget http://files.example.com/x")]));
        await AddAsync(Some.Alert("Drop and execute new binary in container", time: Some.Time + pause, fields: [("proc.name", "x"), ("proc.cmdline", "x"), ("proc.pname", "app")]));

        var name = harmless["metadata"]!["name"]!.GetValue<string>();
        var now = server.Store.Events.Single(written => written["metadata"]!["name"]!.GetValue<string>() == name);
        Assert.Equal(("Warning", "FalcoSuspicious"), (now["type"]!.GetValue<string>(), now["reason"]!.GetValue<string>()));
        Assert.Equal("suspicious", now["metadata"]!["labels"]!["falcostreamer.io/verdict"]!.GetValue<string>());
        Assert.StartsWith("calico-node started \"sh -c ip link del calico_tmp_A || true\" in container calico-node of pod kube-system/calico-node-x2x9p, as a part of an attack: ", now["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("This is a part of incident", now["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(3, server.Store.Events.Count);
        Assert.Single(server.Store.Events, written => written["message"]!.GetValue<string>().Contains("Story: ", StringComparison.Ordinal));

        async Task AddAsync(FalcoAlert alert)
        {
            var changes = new List<IncidentChange>();
            correlator.Advance(alert.Time, changes);
            correlator.Add(alert, SomePods.CalicoSubject(), alert.Time, changes);
            await sink.SendAsync([.. changes.Select(change => new ReportRecord(SomeReport.Writer.Write(change.Incident), change.Kind, alert.Time))], Cancellation);
        }
    }
}
