namespace FalcoStreamer.Benchmarks;

/// <summary>How long the agent takes from its start until it is ready, and how large it is when nothing happens.</summary>
internal static class StartBenchmark
{
    public static async Task RunAsync(string program, int runs)
    {
        var ready = new List<double>();
        var rss = new List<double>();
        var own = new List<double>();
        for (var run = 0; run < runs; run++)
        {
            await using var world = await World.StartAsync(containers: 110);
            using var agent = world.StartAgent(program);
            ready.Add(await agent.WaitUntilReadyAsync(TimeSpan.FromSeconds(30)));
            rss.Add(agent.MemoryMib("VmRSS"));
            own.Add(agent.MemoryMib("RssAnon"));
        }

        Console.WriteLine($"bench start ready_ms={Numbers.Show(Numbers.Median(ready))} spread_percent={Numbers.Show(Numbers.SpreadPercent(ready))} runs={runs}");
        Console.WriteLine($"bench idle rss_mib={Numbers.Show(Numbers.Median(rss))} private_mib={Numbers.Show(Numbers.Median(own))} runs={runs}");
    }
}
