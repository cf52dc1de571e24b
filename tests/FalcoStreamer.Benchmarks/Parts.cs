using System.Diagnostics;
using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Benchmarks;

internal static class Parts
{
    public static void Run(List<Behaviour> behaviours, BehaviourMatcher matcher, (FalcoAlert Alert, Subject Subject)[] judged)
    {
        var index = new ClueIndex([.. behaviours.Select(ClueSet.Of)]);
        if (behaviours.Count < 100)
        {
            foreach (var b in behaviours)
            {
                var shorts = ClueSet.Of(b)!.Any.Where(c => !c.IsWhole && c.Text.Length < 7).Select(c => c.Question.Field + "~[" + c.Text + "]").ToList();
                if (shorts.Count > 0)
                {
                    Console.WriteLine($"SHORT {b.Id}: {string.Join(", ", shorts)}");
                }
            }
        }

        var facts = judged.Select(p => matcher.FactsOf(p.Alert, p.Subject)).ToArray();
        Time("factsof", () => { foreach (var (a, s) in judged) { matcher.FactsOf(a, s); } }, judged.Length);
        Time("factsof+find", () => { foreach (var (a, s) in judged) { index.Find(matcher.FactsOf(a, s)); } }, judged.Length);
        Time("judge", () => { foreach (var (a, s) in judged) { matcher.Judge(a, s); } }, judged.Length);
    }

    private static void Time(string name, Action action, int count)
    {
        for (var i = 0; i < 50; i++)
        {
            action();
        }

        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < 200; i++)
        {
            action();
        }

        Console.WriteLine($"  {name} {Stopwatch.GetElapsedTime(start).TotalNanoseconds / 200 / count:0} ns");
    }
}
