namespace FalcoStreamer.Benchmarks;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        var recording = Path.Combine(AppContext.BaseDirectory, "grpc-0.43.1.raw.hex");
        if (args is ["judge"])
        {
            JudgeBenchmark.Run(recording, 60, 600);
            return 0;
        }

        if (args.Length < 1 || !File.Exists(args[0]))
        {
            await Console.Error.WriteLineAsync("usage: FalcoStreamer.Benchmarks PROGRAM [ALERTS] [RUNS]   (make bench gives the published program), or judge");
            return 64;
        }

        var alerts = args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 1_000_000;
        var runs = args.Length > 2 ? int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture) : 3;
        JudgeBenchmark.Run(recording, 60, 600);
        await StartBenchmark.RunAsync(args[0], runs: 10);
        await PipelineBenchmark.RunAsync(args[0], new AlertMix(recording, containers: 200), alerts, runs);
        return 0;
    }
}
