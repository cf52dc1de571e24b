using System.Diagnostics;
using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Benchmarks;

/// <summary>What judging costs an alert that matches nothing: real alerts in their recorded proportions, by few behaviours and by many.</summary>
internal static class JudgeBenchmark
{
    private const int Rounds = 200;
    private const int Runs = 7;

    public static void Run(string recording, params ReadOnlySpan<int> numbers)
    {
        var shipped = BehaviourLibrary.Load(null);
        var alerts = File.ReadLines(recording).Where(line => line.Length > 0).Select(line => FalcoAlert.FromProtobuf(Convert.FromHexString(line))).ToList();
        var situations = alerts.Select(alert => (Alert: alert, Subject: SubjectOf(alert))).ToList();
        var matchers = numbers.ToArray().Select(number => (Number: number, Matcher: new BehaviourMatcher(new BehaviourLibrary(ManyBehaviours.Of(shipped, number))))).ToList();
        // All numbers are measured with the same alerts: those that match nothing of any.
        var unmatched = situations.Where(pair => matchers.TrueForAll(entry => entry.Matcher.Judge(pair.Alert, pair.Subject).Behaviour is null)).ToArray();
        foreach (var (number, matcher) in matchers)
        {
            Print(number, matcher, unmatched);
        }
    }

    private static void Print(int number, BehaviourMatcher matcher, (FalcoAlert Alert, Subject Subject)[] judged)
    {
        var count = (double)Rounds * judged.Length;
        var nanoseconds = new List<double>();
        var allocated = 0.0;
        // The first run is for the compiler.
        for (var run = 0; run <= Runs; run++)
        {
            var bytes = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            for (var round = 0; round < Rounds; round++)
            {
                foreach (var (alert, subject) in judged)
                {
                    matcher.Judge(alert, subject);
                }
            }

            if (run > 0)
            {
                nanoseconds.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds / count);
            }

            allocated = (GC.GetAllocatedBytesForCurrentThread() - bytes) / count;
        }

        Console.WriteLine(
            $"bench judge behaviours={number} ns_per_alert={Numbers.Show(Numbers.Median(nanoseconds))} allocated_bytes_per_alert={Numbers.Show(allocated)} "
            + $"always_tried={matcher.AlwaysTried} alerts={judged.Length} spread_percent={Numbers.Show(Numbers.SpreadPercent(nanoseconds))} runs={Runs}");
    }

    /// <summary>A pod like any other for the alerts of containers, with a probe to compare their commands with.</summary>
    private static Subject SubjectOf(FalcoAlert alert)
    {
        if (alert.Field("container.id"u8) is not { IsPresent: true } id || id.Is("host"u8))
        {
            return new Subject { Kind = SubjectKind.Node, Resolution = Resolution.Live, Name = "node-1", Node = "node-1" };
        }

        var container = new ContainerFacts
        {
            Name = "main",
            Image = "registry.example/shop/web:1.0",
            ContainerId = id.ToString(),
            Command = ["/app/web"],
            Args = ["--port", "8080"],
            SpecCommands = [new SpecCommand(SpecCommandKind.LivenessProbe, ["/app/web", "health"], TimeSpan.FromSeconds(10))],
            StartedAt = alert.Time + TimeSpan.FromMinutes(-90),
        };
        var pod = new PodFacts { Namespace = "shop", Name = "web-5d4f8c7b9d-x2x9p", Uid = "u", ServiceAccount = "web", Containers = [container] };
        return new Subject
        {
            Kind = SubjectKind.Pod,
            Resolution = Resolution.Live,
            Namespace = pod.Namespace,
            Name = pod.Name,
            Uid = pod.Uid,
            Container = container.Name,
            ContainerType = ContainerType.Container,
            ContainerId = container.ContainerId,
            Image = container.Image,
            Owner = new Workload("Deployment", "web"),
            Pod = pod,
            ContainerFacts = container,
        };
    }
}
