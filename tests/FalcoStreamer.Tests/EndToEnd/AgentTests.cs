using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.EndToEnd;

/// <summary>The whole agent, as a process, among doubles of everything around it.</summary>
public sealed class AgentTests
{
    /// <summary>How long each of the others stays away; a minute by hand (FALCOSTREAMER_OUTAGE=60), not at all in everyday runs.</summary>
    private static readonly TimeSpan Outage =
        TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable("FALCOSTREAMER_OUTAGE") ?? "0", System.Globalization.CultureInfo.InvariantCulture));

    private readonly CancellationToken _patience = CancellationTokenSource
        .CreateLinkedTokenSource(TestContext.Current.CancellationToken, new CancellationTokenSource(TimeSpan.FromMinutes(2) + (3 * Outage)).Token).Token;

    [Fact]
    public async Task DeliversEveryRecordedAlertOnceWithItsPod()
    {
        await using var world = await SmallWorld.StartAsync();
        using var agent = world.StartAgent();
        await agent.WaitUntilReadyAsync(_patience);
        List<byte[]> messages =
        [
            .. Recordings.Messages("falco/grpc-0.43.1.raw.hex"),
            .. Recordings.Messages("falco/grpc-internal-metrics-0.43.1.raw.hex"),
            .. Recordings.Messages("falco/grpc-utf8-0.43.1.raw.hex"),
            .. Recordings.Messages("falco/grpc-mtls-0.43.1.raw.hex"),
        ];

        world.Falco.Enqueue(messages);
        await world.WaitForRecordsAsync(records => Alerts(records).Any(), _patience);
        // Ending releases the alerts that wait for a pod which will never come.
        var exitCode = await agent.TerminateAsync(_patience);

        Assert.Equal(0, exitCode);
        var expected = messages.Select(message => FalcoStreamer.Alerts.FalcoAlert.FromProtobuf(message)).ToList();
        var alerts = Alerts(world.Records).ToList();
        Assert.Equal(expected.Select(alert => alert.Id.ToString()).Order(), alerts.Select(record => record["log.record.uid"]).Order());
        var web = alerts.First(record => record["falco.container.id"] == "57b1159a4c33");
        Assert.Equal("a7cf2daa-6285-4080-808b-6a3d7124d0ad", web.Resource["k8s.pod.uid"]);
        Assert.Equal("web-0", web.Resource["k8s.pod.name"]);
        Assert.Equal("node-1", web.Resource["k8s.node.name"]);
        Assert.Equal("main", web.Resource["k8s.container.name"]);
        Assert.Equal(SmallWorld.ClusterUid, alerts[^1].Resource["k8s.cluster.uid"]);
        AssertEventsTellTheTruth(world, messages.Count);
        Assert.Equal($"source grpc received {messages.Count} = delivered {messages.Count} + collapsed 0 + dropped 0 + held 0", agent.AccountOf("source grpc"));
        Assert.Equal(
            $"sink otlp received {world.Records.Count} = delivered {world.Records.Count} + collapsed 0 + dropped 0 + held 0", agent.AccountOf("sink otlp"));
        var reports = Incidents(world.Records).Count();
        Assert.Matches($"^sink kubernetesEvents received {reports} = delivered [0-9]+ \\+ collapsed [0-9]+ \\+ dropped 0 \\+ held 0$", agent.AccountOf("sink kubernetesEvents"));
    }

    [Fact]
    public async Task PassesEveryAlertOn_AndStaysReadyAndAlive_WhileTheReceiversAreAway()
    {
        await using var world = await SmallWorld.StartAsync();
        world.AddSamplePods();
        var port = FalcoStreamer.Simulator.LoopbackPort.Free();
        using var agent = world.StartAgent(forward: $"http://127.0.0.1:{port}/");
        await agent.WaitUntilReadyAsync(_patience);
        await world.Collector.StopAsync();

        world.Falco.Enqueue(Series(50));
        await WaitForAsync(() => world.Falco.Delivered == 50);
        await WaitUntilMetricAsync(agent, "falcostreamer_sink_depth", "sink=\"forward\"", 50);
        await WaitUntilMetricAsync(agent, "falcostreamer_alerts_held", "", 0);
        Assert.Equal(200, await agent.StatusAsync("readyz", _patience));
        Assert.Equal(200, await agent.StatusAsync("healthz", _patience));

        await using var receiver = await FalcoStreamer.Tests.Sinks.Forward.ForwardReceiver.StartAsync(port: port);
        await world.Collector.StartAsync(_patience);
        await WaitForAsync(() => receiver.Requests.Count >= 50);
        Assert.Equal(0, await agent.TerminateAsync(_patience));
        Assert.Equal(
            Series(50).Select(message => FalcoStreamer.Alerts.FalcoAlert.FromProtobuf(message).OutputText.ToString()).Order(StringComparer.Ordinal),
            receiver.Requests.Select(request => System.Text.Encoding.UTF8.GetString(request.Body)).Order(StringComparer.Ordinal));
        Assert.Equal("sink forward received 50 = delivered 50 + collapsed 0 + dropped 0 + held 0", agent.AccountOf("sink forward"));
        Assert.Equal("source grpc received 50 = delivered 50 + collapsed 0 + dropped 0 + held 0", agent.AccountOf("source grpc"));
        Assert.EndsWith("+ dropped 0 + held 0", agent.AccountOf("sink otlp"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task MakesOneNormalEventOfTheSeedsAlerts_AndAWarningOfItsImitation(string protocol)
    {
        await using var world = await SmallWorld.StartAsync();
        world.AddSamplePods();
        using var agent = world.StartAgent(protocol);
        await agent.WaitUntilReadyAsync(_patience);

        world.Falco.Enqueue(FalcoMessages.Samples().Take(3).Select(FalcoMessages.From));
        await world.WaitForRecordsAsync(records => Alerts(records).Count() == 3, _patience);
        Assert.Equal(0, await agent.TerminateAsync(_patience));

        var events = world.Events.Events.OrderBy(item => item["type"]!.GetValue<string>()).ToList();
        Assert.Equal(2, events.Count);
        Assert.Equal("Normal", events[0]["type"]!.GetValue<string>());
        Assert.Equal("FalcoBenign", events[0]["reason"]!.GetValue<string>());
        Assert.Equal(2, events[0]["count"]!.GetValue<int>());
        Assert.Equal("calico-node-x2x9p", events[0]["involvedObject"]!["name"]!.GetValue<string>());
        Assert.Equal("5d0f2a83-0b3c-4c1b-9a55-0f7a3c1f8e01", events[0]["involvedObject"]!["uid"]!.GetValue<string>());
        Assert.StartsWith("Calico cleans up its temporary network interface at start: harmless\n", events[0]["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("Warning", events[1]["type"]!.GetValue<string>());
        Assert.Equal("FalcoSuspicious", events[1]["reason"]!.GetValue<string>());
        Assert.Contains("; curl -s http", events[1]["message"]!.GetValue<string>(), StringComparison.Ordinal);
        var closed = Incidents(world.Records).Where(record => record["falcostreamer.incident.change"] == "closed");
        Assert.Equal("source grpc received 3 = delivered 3 + collapsed 0 + dropped 0 + held 0", agent.AccountOf("source grpc"));
        Assert.Equal(["benign 2", "suspicious 1"], closed.Select(record => $"{record["falcostreamer.incident.verdict"]} {record["falcostreamer.incident.count"]}").Order());
    }

    [Fact]
    public async Task LosesNothing_WhenCollectorApiServerAndFalcoGoAndComeBack()
    {
        await using var world = await SmallWorld.StartAsync();
        world.AddSamplePods();
        using var agent = world.StartAgent();
        await agent.WaitUntilReadyAsync(_patience);
        var alerts = Series(80);
        world.Falco.Enqueue(alerts[..20]);
        await world.WaitForRecordsAsync(records => Alerts(records).Count() == 20, _patience);

        await world.Collector.StopAsync();
        world.Falco.Enqueue(alerts[20..40]);
        await WaitForAsync(() => world.Falco.Delivered == 40);
        await Task.Delay(Outage, TimeProvider.System, _patience);
        await world.Api.KillAsync();
        world.Falco.Enqueue(alerts[40..60]);
        await WaitForAsync(() => world.Falco.Delivered == 60);
        await Task.Delay(Outage, TimeProvider.System, _patience);
        await world.Falco.StopAsync();
        await Task.Delay(Outage, TimeProvider.System, _patience);
        await world.Falco.StartAsync();
        world.Falco.Enqueue(alerts[60..]);
        await world.Collector.StartAsync(_patience);
        await world.Api.StartAsync();

        await world.WaitForRecordsAsync(records => DistinctUids(records) == 80, _patience);
        Assert.Equal(0, await agent.TerminateAsync(_patience));
        Assert.Equal(80, DistinctUids(world.Records));
        Assert.Equal(80, world.Events.Events.Sum(item => item["count"]!.GetValue<int>()));
        Assert.Equal("source grpc received 80 = delivered 80 + collapsed 0 + dropped 0 + held 0", agent.AccountOf("source grpc"));
        Assert.EndsWith("+ dropped 0 + held 0", agent.AccountOf("sink otlp"), StringComparison.Ordinal);
        Assert.EndsWith("+ dropped 0 + held 0", agent.AccountOf("sink kubernetesEvents"), StringComparison.Ordinal);
    }

    /// <summary>A request whose answer was lost is sent again: a repeat has the same UID.</summary>
    private static int DistinctUids(IEnumerable<SeenRecord> records) => Alerts(records).Select(record => record["log.record.uid"]).Distinct().Count();

    private static IEnumerable<SeenRecord> Alerts(IEnumerable<SeenRecord> records) => records.Where(record => record.EventName == "falco.alert");

    private static IEnumerable<SeenRecord> Incidents(IEnumerable<SeenRecord> records) => records.Where(record => record.EventName == "falco.incident");

    /// <summary>Every incident has one Event, on its own object and with its own count, and together they account for every alert.</summary>
    private static void AssertEventsTellTheTruth(SmallWorld world, int alerts)
    {
        var closed = Incidents(world.Records).Where(record => record["falcostreamer.incident.change"] == "closed").ToList();
        Assert.Equal(alerts, closed.Sum(record => int.Parse(record["falcostreamer.incident.count"]!, System.Globalization.CultureInfo.InvariantCulture)));
        var events = world.Events.Events.ToDictionary(item => item["metadata"]!["labels"]!["falcostreamer.io/incident"]!.GetValue<string>());
        Assert.Equal(closed.Count, events.Count);
        foreach (var incident in closed)
        {
            var item = events[incident["falcostreamer.incident.id"]!];
            Assert.Equal(incident["falcostreamer.incident.count"], item["count"]!.ToString());
            Assert.Equal(incident["falcostreamer.incident.verdict"], item["metadata"]!["labels"]!["falcostreamer.io/verdict"]!.GetValue<string>());
            // kubectl describe node looks for Events under the node's UID and under its name.
            string[] uids = incident.Resource.TryGetValue("k8s.pod.uid", out var uid) ? [uid] : [SmallWorld.NodeUid, "node-1"];
            Assert.Contains(item["involvedObject"]!["uid"]!.GetValue<string>(), uids);
        }
    }

    /// <summary>Alerts of one cause, a tenth of a second apart.</summary>
    private static List<byte[]> Series(int count)
    {
        var sample = FalcoMessages.Samples()[5];
        var start = Some.Time;
        return [.. Enumerable.Range(0, count).Select(number =>
        {
            var alert = sample.DeepClone().AsObject();
            alert["time"] = (start + TimeSpan.FromMilliseconds(100 * number)).ToString();
            return FalcoMessages.From(alert);
        })];
    }

    /// <summary>Waits until a line of <c>/metrics</c> has that value.</summary>
    private async Task WaitUntilMetricAsync(RunningAgent agent, string name, string label, int value)
    {
        while (true)
        {
            var line = (await agent.MetricsAsync(_patience)).Split('\n').FirstOrDefault(
                line => line.StartsWith(name, StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal));
            if (line?[(line.LastIndexOf('}') + 1)..].Split(' ').Contains($"{value}") == true)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, _patience);
        }
    }

    private async Task WaitForAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, _patience);
        }
    }
}
