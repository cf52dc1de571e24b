using System.Diagnostics;

namespace FalcoStreamer.Benchmarks;

/// <summary>
/// gRPC → pod → incident → OTLP over gRPC, everything in memory: what the agent costs per alert. Falco's and the collector's doubles run in this
/// process, the agent alone in its own, and only its own figures count.
/// </summary>
internal static class PipelineBenchmark
{
    // Falco's queue is kept filled but short: what waits is this process's memory, not the agent's.
    private const int MostQueued = 20_000;
    private const int WarmUp = 50_000;

    public static async Task RunAsync(string program, AlertMix mix, int alerts, int runs)
    {
        var cpu = new List<double>();
        var speed = new List<double>();
        var allocated = new List<double>();
        var peak = new List<double>();
        for (var run = 0; run < runs; run++)
        {
            await using var world = await World.StartAsync(mix.ContainerIds);
            using var agent = world.StartAgent(program);
            await agent.WaitUntilReadyAsync(TimeSpan.FromSeconds(30));
            var start = TimeProvider.System.GetUtcNow();
            await FeedAsync(world, mix, 0, WarmUp, start);
            var before = (Cpu: agent.CpuSeconds(), Allocated: await agent.MetricAsync("dotnet_gc_heap_total_allocated"), Time: Stopwatch.GetTimestamp());
            await FeedAsync(world, mix, WarmUp, alerts, start);
            var seconds = Stopwatch.GetElapsedTime(before.Time).TotalSeconds;
            cpu.Add((agent.CpuSeconds() - before.Cpu) / alerts * 1e6);
            speed.Add(alerts / seconds);
            allocated.Add((await agent.MetricAsync("dotnet_gc_heap_total_allocated") - before.Allocated) / alerts);
            peak.Add(agent.MemoryMib("VmHWM"));
        }

        Console.WriteLine(
            $"bench pipeline-memory cpu_s_per_million={Numbers.Show(Numbers.Median(cpu))} alerts_per_s={Numbers.Show(Numbers.Median(speed))} "
            + $"allocated_bytes_per_alert={Numbers.Show(Numbers.Median(allocated))} peak_rss_mib={Numbers.Show(Numbers.Median(peak))} "
            + $"spread_percent={Numbers.Show(Numbers.SpreadPercent(cpu))} alerts={alerts} runs={runs}");
    }

    /// <summary>Gives alerts to Falco's queue and waits until the collector has counted all of them.</summary>
    private static async Task FeedAsync(World world, AlertMix mix, long first, int count, DateTimeOffset start)
    {
        var patience = Stopwatch.StartNew();
        var seen = world.AlertsAtCollector;
        for (var number = first; number < first + count;)
        {
            for (; number < first + count && world.Falco.Queued < MostQueued; number++)
            {
                world.Falco.Enqueue(mix.Make(number, start));
            }

            await PauseAsync();
        }

        while (world.AlertsAtCollector < first + count)
        {
            if (world.AlertsAtCollector != seen)
            {
                seen = world.AlertsAtCollector;
                patience.Restart();
            }

            if (patience.Elapsed > TimeSpan.FromSeconds(30))
            {
                throw new InvalidOperationException($"Only {world.AlertsAtCollector} of {first + count} alerts have come to the collector.");
            }

            await PauseAsync();
        }
    }

    private static Task PauseAsync() => Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
}
