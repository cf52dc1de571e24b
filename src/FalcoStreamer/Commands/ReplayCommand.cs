using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Reporting;
using FalcoStreamer.Sources;
using FalcoStreamer.Sources.Replay;

namespace FalcoStreamer.Commands;

/// <summary>
/// Judges a finished file of alerts: the same road as the agent's, with the alerts' own time instead of a clock and files instead of a cluster,
/// so the same input gives the same bytes.
/// </summary>
internal sealed class ReplayCommand(TextWriter output, TextWriter errors, bool isTerminal)
{
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(ReplayRequest request, CancellationToken stop)
    {
        var knowledge = KnowledgeLoading.Load(request.Knowledge ?? request.Options.Knowledge.Path);
        var reports = new ReportWriter(knowledge.Rules);
        var cluster = await ReplayCluster.LoadAsync(request.Pods, request.Cluster, stop);
        request.Options.Correlation.AlertIds = int.MaxValue;
        var correlator = new Correlator(knowledge.Behaviours, request.Options.Correlation);
        var summary = new ReplaySummary();
        var writer = ReplayOutput.For(request.Format, output, isTerminal);
        var least = VerdictWords.Read(request.MinVerdict);
        var ledger = new ReplayLedger(correlator.LongestWindow, incident =>
        {
            summary.Add(incident);
            if (incident.Judgement.Verdict >= least)
            {
                writer.Write(reports.Write(incident));
            }
        });

        var findings = new ReplayFindings(errors.WriteLine);
        var changes = new List<IncidentChange>();
        var now = default(AlertTime);
        await foreach (var alert in ReadAllAsync(request.Files, findings, stop))
        {
            now = alert.Time > now ? alert.Time : now;
            correlator.Advance(now, changes);
            correlator.Add(alert, cluster.Enricher.ResolveNow(alert), now, changes);
            ledger.Take(changes);
            ledger.Release(now);
        }

        correlator.CloseAll(changes);
        ledger.Take(changes);
        ledger.ReleaseAll();
        await writer.FlushAsync();
        Summarise(summary, findings);
        return findings.BadLines > 0 ? ExitCode.BadInput : ExitCode.Done;
    }

    private static async IAsyncEnumerable<FalcoAlert> ReadAllAsync(
        IReadOnlyList<string> files, ReplayFindings findings, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        foreach (var file in files)
        {
            var before = findings.Alerts;
            var source = new ReplaySource(file, () => Open(file), findings);
            await foreach (var alert in source.ReadAsync(stop))
            {
                yield return alert;
            }

            if (findings.Alerts == before)
            {
                findings.Empty(file);
            }
        }
    }

    private static Stream Open(string file)
    {
        try
        {
            return file == "-" ? Console.OpenStandardInput() : ReplayCluster.OpenFile(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.NoInput, $"{file}: {exception.Message}");
        }
    }

    private void Summarise(ReplaySummary summary, ReplayFindings findings)
    {
        if (findings.OtherLines > 0)
        {
            errors.WriteLine($"{ReplaySummary.Count(findings.OtherLines, "other log line")} skipped");
        }

        if (findings.BadLines > 0)
        {
            errors.WriteLine($"{ReplaySummary.Count(findings.BadLines, "line")} that should have been alerts could not be read");
        }

        if (summary.Alerts > 0)
        {
            errors.WriteLine(summary.ToString());
        }
    }
}
