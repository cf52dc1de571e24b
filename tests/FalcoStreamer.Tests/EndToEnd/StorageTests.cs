using System.Net;
using FalcoStreamer.Alerts;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.EndToEnd;

/// <summary>What an agent that keeps what it holds on the disk does not lose.</summary>
public sealed class StorageTests
{
    private readonly CancellationToken _patience = CancellationTokenSource
        .CreateLinkedTokenSource(TestContext.Current.CancellationToken, new CancellationTokenSource(TimeSpan.FromMinutes(2)).Token).Token;

    [Fact]
    public async Task WhatWasAccepted_ReachesTheCollector_ThoughTheAgentIsKilled()
    {
        await using var world = await SmallWorld.StartAsync();
        world.AddSamplePods();
        var alerts = Alerts(40);
        using (var first = world.StartAgent(onDisk: true))
        {
            await first.WaitUntilReadyAsync(_patience);
            await world.Collector.StopAsync();
            await PostAsync(world, alerts.Take(25));
            await first.KillAsync(_patience);
        }

        await world.Collector.StartAsync(_patience);
        using var next = world.StartAgent(onDisk: true);
        await next.WaitUntilReadyAsync(_patience);
        await PostAsync(world, alerts.Skip(25));

        await world.WaitForRecordsAsync(records => Uids(records).Count >= alerts.Count, _patience);
        Assert.Equal(0, await next.TerminateAsync(_patience));
        Assert.Equal(alerts.Select(alert => alert.Id.ToString()).Order(), Uids(world.Records).Order());
        Assert.Contains("Accounts: source", next.Log, StringComparison.Ordinal);
        Assert.Equal(alerts.Count, world.Events.Events.Sum(item => item["count"]!.GetValue<int>()));
        Assert.EndsWith(" + dropped 0 + held 0", next.AccountOf("source http"), StringComparison.Ordinal);
        Assert.EndsWith(" + dropped 0 + held 0", next.AccountOf("sink otlp"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASecondSignalEndsItAtOnce_AndLosesNothing()
    {
        await using var world = await SmallWorld.StartAsync();
        world.AddSamplePods();
        var alerts = Alerts(5);
        using (var first = world.StartAgent(onDisk: true))
        {
            await first.WaitUntilReadyAsync(_patience);
            await world.Collector.StopAsync();
            await PostAsync(world, alerts);
            first.AskToEnd();
            await first.WaitForLogAsync("FalcoStreamer stops:", _patience);
            // Without it the sinks would have 20 seconds to reach their collector.
            using var atOnce = CancellationTokenSource.CreateLinkedTokenSource(_patience);
            atOnce.CancelAfter(TimeSpan.FromSeconds(10));
            await first.TerminateAsync(atOnce.Token);
        }

        await world.Collector.StartAsync(_patience);
        using var next = world.StartAgent(onDisk: true);
        await world.WaitForRecordsAsync(records => Uids(records).Count == alerts.Count, _patience);
        Assert.Equal(0, await next.TerminateAsync(_patience));
    }

    private static HashSet<string> Uids(IEnumerable<SeenRecord> records) =>
        [.. records.Where(record => record.EventName == "falco.alert").Select(record => record["log.record.uid"]!)];

    /// <summary>The seed's alert, once a millisecond: one incident.</summary>
    private static IReadOnlyList<FalcoAlert> Alerts(int count) =>
        [.. Enumerable.Range(0, count).Select(number => SomePods.CalicoAlert(time: Some.Time + TimeSpan.FromMilliseconds(number)))];

    private async Task PostAsync(SmallWorld world, IEnumerable<FalcoAlert> alerts)
    {
        using var http = new HttpClient();
        foreach (var alert in alerts)
        {
            using var answer = await http.PostAsync(world.HttpSource, new ByteArrayContent(alert.Bytes.ToArray()), _patience);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }
}
