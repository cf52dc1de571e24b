using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Storage;

namespace FalcoStreamer.Pipeline;

/// <summary>
/// Opens the incidents again that an agent before this one had open, by judging the alerts that were kept for them once more, silently: knowledge and
/// pods may have changed meanwhile, and what is told from now on is what they say.
/// </summary>
internal sealed class Restoration(IPodDirectory pods, AlertEnricher enricher, Correlator correlator, TimeProvider clock)
{
    /// <summary>How long the pods are waited for: without them every container would be unknown.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task RunAsync(Recovered recovered, AlertTime now, AlertDeduplicator known, TurnBook turn)
    {
        foreach (var id in recovered.KnownAlerts)
        {
            known.IsNew(id);
        }

        await WaitForPodsAsync(recovered.Kept);
        var toldBefore = new List<IncidentChange>();
        foreach (var kept in recovered.Kept)
        {
            var came = kept.Received < now ? kept.Received : now;
            turn.Restored(kept, correlator.Add(kept.Alert, enricher.ResolveNow(kept.Alert), came, toldBefore));
            toldBefore.Clear();
        }

        foreach (var missing in correlator.Restore(recovered.Incidents))
        {
            turn.Closed(missing);
        }
    }

    private async Task WaitForPodsAsync(IReadOnlyList<ReceivedAlert> kept)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        while (kept.Any(alert => enricher.TryResolve(alert.Alert) is null))
        {
            try
            {
                await pods.WaitForChangeAsync(pods.Version, patience.Token);
            }
            catch (OperationCanceledException) when (patience.IsCancellationRequested)
            {
                // A container that is still unknown is judged as one.
                return;
            }
        }
    }
}
