using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Storage;

namespace FalcoStreamer.Pipeline;

/// <summary>
/// Opens the incidents again that another agent had open, by judging the alerts that were kept for them once more: knowledge and pods may have changed
/// meanwhile, and what is told from now on is what they say. What was told before is not told again, except that an incident is over.
/// </summary>
internal sealed class Restoration(IPodDirectory pods, AlertEnricher enricher, Correlator correlator, TimeProvider clock)
{
    private readonly List<IncidentChange> _told = [];

    /// <param name="podsPatience">How long the pods of the alerts may be waited for.</param>
    public async Task RunAsync(Recovered recovered, AlertTime now, TimeSpan podsPatience, TurnBook turn, List<IncidentChange> changes)
    {
        await WaitForPodsAsync(recovered.Kept, podsPatience);
        var states = recovered.Incidents.ToDictionary(state => state.Id, StringComparer.Ordinal);
        var last = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (alert, id) in recovered.Kept)
        {
            last[id] = alert.Number;
        }

        foreach (var (alert, id) in recovered.Kept)
        {
            var came = alert.Received < now ? alert.Received : now;
            var placement = correlator.Add(alert.Alert, enricher.ResolveNow(alert.Alert), came, _told);
            changes.AddRange(_told.Where(change => change.Kind == IncidentChangeKind.Closed));
            _told.Clear();
            turn.Restored(alert, placement);
            // At once, because a later alert may close it, and then its numbers are told.
            if (last[id] == alert.Number && placement.Incident.Id == id && states.Remove(id, out var state))
            {
                correlator.Restore(placement.Incident, state);
            }
        }

        foreach (var missing in states.Keys)
        {
            turn.Forget(missing);
        }
    }

    private async Task WaitForPodsAsync(IReadOnlyList<RecoveredAlert> kept, TimeSpan podsPatience)
    {
        using var patience = new CancellationTokenSource(podsPatience, clock);
        while (podsPatience > TimeSpan.Zero && kept.Any(alert => enricher.TryResolve(alert.Alert.Alert) is null))
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
