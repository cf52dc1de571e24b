using System.IO.Hashing;
using FalcoStreamer.Correlation;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Sinks.KubernetesEvents;

/// <summary>
/// Brings one Event on the API server to what its entry says: creates it, patches its texts, or only its numbers, and settles each answer.
/// </summary>
internal sealed class EventUpdate(
    EventFactory factory, EventApi api, EventBudget budget, EventLedger ledger, LogBursts bursts, AgentTelemetry telemetry)
{
    /// <summary>Writes what waits of an Event, and no more than has changed.</summary>
    /// <returns>Whether the API server was called and answered for good.</returns>
    /// <exception cref="SinkException">It may pass later; the entry goes on waiting.</exception>
    public async Task<bool> WriteAsync(EventEntry entry, CancellationToken cancellation)
    {
        var isBenign = entry.Latest?.Report.Incident.Judgement.Verdict == Verdict.Benign;
        if (entry.Latest is null || (entry.Written is { IsSettled: true } && isBenign))
        {
            if (entry.Written is null || (entry.Written.Count == entry.Count && entry.Written.LastTime == entry.LastTime))
            {
                return NothingToWrite(entry);
            }

            var (place, name) = entry.Place!.Value;
            var answer = await api.PatchAsync(place, name, KubernetesEventWriter.Repeat(entry.Count, entry.LastTime), cancellation);
            if (answer.Outcome == EventOutcome.EventMissing)
            {
                // Events live for an hour.
                entry.Written = null;
                if (entry.Latest is null)
                {
                    return NothingToWrite(entry);
                }

                budget.Charge();
                return await WriteTextAsync(entry, entry.Latest, known: false, cancellation);
            }

            var numbers = entry.Written with { Count = entry.Count, LastTime = entry.LastTime };
            return Finish(entry, answer, "patch", "patched", numbers);
        }

        return await WriteTextAsync(entry, entry.Latest, known: entry.Written is not null, cancellation);
    }

    private async Task<bool> WriteTextAsync(EventEntry entry, ReportRecord record, bool known, CancellationToken cancellation)
    {
        var written = Text(entry, record);
        var change = KubernetesEventWriter.Change(written);
        var state = new WrittenState(
            written.Verdict,
            written.Count,
            written.LastTime,
            XxHash128.HashToUInt128(change.Span),
            record.Change == IncidentChangeKind.Closed && written.Verdict == Verdict.Benign);
        if (known && entry.Written!.Digest == state.Digest)
        {
            entry.Written = state;
            return NothingToWrite(entry);
        }

        var hasCreated = false;
        if (!known)
        {
            var created = await api.CreateAsync(written.Namespace, KubernetesEventWriter.Whole(written), cancellation);
            if (created.Outcome != EventOutcome.AlreadyExists)
            {
                return Finish(entry, created, "create", "created", state);
            }

            // It is there from before, by an agent that ended or by a call whose answer was lost; it may say less than we know.
            hasCreated = true;
            budget.Charge();
        }

        var patched = await api.PatchAsync(written.Namespace, written.Name, change, cancellation);
        if (patched.Outcome != EventOutcome.EventMissing)
        {
            return Finish(entry, patched, "patch", "patched", state);
        }

        // One that is gone between "already exists" and the patch will be created by the next try.
        entry.Written = null;
        if (hasCreated)
        {
            throw new SinkException("The Event vanished while it was written.", isTransient: true);
        }

        budget.Charge();
        return await WriteTextAsync(entry, record, known: false, cancellation);
    }

    private KubernetesEvent Text(EventEntry entry, ReportRecord record)
    {
        var written = factory.Create(record.Report);
        entry.Place ??= (written.Namespace, EventName.For(written.Involved.Name, entry.FounderId));
        return written with
        {
            Namespace = entry.Place.Value.Namespace,
            Name = entry.Place.Value.Name,
            IncidentId = entry.FounderId,
            Count = entry.Count,
            FirstTime = entry.FirstTime,
            LastTime = entry.LastTime,
        };
    }

    private bool NothingToWrite(EventEntry entry)
    {
        ledger.Done(entry);
        telemetry.EventUnchanged();
        return false;
    }

    private bool Finish(EventEntry entry, EventAnswer answer, string verb, string outcome, WrittenState state)
    {
        ledger.Done(entry);
        switch (answer.Outcome)
        {
            case EventOutcome.Written:
                entry.Written = state;
                telemetry.EventWritten(outcome);
                break;
            case EventOutcome.Forbidden:
                telemetry.EventForbidden(verb, answer.Message, bursts.IsNew(answer.Outcome.ToString()));
                break;
            case EventOutcome.Refused:
                telemetry.EventRefused(verb, answer.Message, bursts.IsNew(answer.Outcome.ToString()));
                break;
            default:
                // The namespace is gone or going, and its pods with it: nobody is left to read the Event.
                telemetry.EventWithoutNamespace(answer.Message);
                break;
        }

        return true;
    }
}
