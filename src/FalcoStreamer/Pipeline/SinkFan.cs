using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Reporting;
using FalcoStreamer.Sinks;
using FalcoStreamer.Storage;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Pipeline;

/// <summary>Gives every sink its copy: alerts to those who want them, each change of an incident to all.</summary>
/// <param name="queues">The sinks that take records from memory.</param>
/// <param name="senders">The sinks that take them from the outbox.</param>
internal sealed class SinkFan(
    IReadOnlyList<SinkQueue> queues, IReadOnlyList<OutboxSender> senders, ReportWriter reports, IStorage storage, AgentTelemetry telemetry)
{
    private readonly SinkQueue[] _wantingAlerts = [.. queues.Where(sink => sink.WantsAlerts)];

    /// <summary>The names of all sinks.</summary>
    public IEnumerable<string> Names => [.. queues.Select(sink => sink.Name), .. senders.Select(sender => sender.Name)];

    /// <summary>Whether a sink that sends well cannot keep up with this burst.</summary>
    public bool WantsPatience => _wantingAlerts.Any(sink => sink.WantsPatience) || senders.Any(sender => sender.WantsPatience);

    /// <summary>Whether a sink will say itself when the end of an incident is told, so that what is kept for it stays until then.</summary>
    public bool SettleIncidents => queues.Any(sink => sink.SettlesIncidents);

    public void Send(ReceivedAlert received, Subject subject, string incidentId)
    {
        if (_wantingAlerts.Length + senders.Count == 0)
        {
            return;
        }

        var record = new AlertRecord(received.Alert, subject, incidentId, received.Received);
        foreach (var sink in _wantingAlerts)
        {
            sink.Enqueue(record);
        }

        foreach (var sender in senders)
        {
            sender.Encoder.Add(record);
        }
    }

    public void Send(IncidentChange change, AlertTime observed)
    {
        if (queues.Count + senders.Count == 0)
        {
            return;
        }

        var record = new ReportRecord(reports.Write(change.Incident), change.Kind, observed);
        foreach (var sink in queues)
        {
            sink.Enqueue(record);
        }

        foreach (var sender in senders)
        {
            sender.Encoder.Add(record);
        }
    }

    /// <summary>Takes what was sent since the last call to where it waits for the sinks.</summary>
    public void Drain(Turn turn)
    {
        foreach (var sender in senders)
        {
            sender.Encoder.Drain(turn.Chunks);
        }
    }

    /// <summary>Sends until nothing waits any more or the grace period ends.</summary>
    public Task RunAsync(CancellationToken graceEnded) =>
        Task.WhenAll(queues.Select(sink => sink.RunAsync(graceEnded)).Concat(senders.Select(sender => RunAsync(sender, graceEnded))));

    /// <summary>Nothing more will come.</summary>
    public void Complete()
    {
        storage.Complete();
        foreach (var sink in queues)
        {
            sink.Complete();
        }
    }

    private async Task RunAsync(OutboxSender sender, CancellationToken graceEnded)
    {
        var left = await sender.RunAsync(graceEnded);
        if (left > 0 && storage.IsDurable)
        {
            telemetry.RecordsStayOnDisk(sender.Name, left);
        }
        else if (left > 0)
        {
            telemetry.RecordsLostAtShutdown(sender.Name, left);
        }
    }
}
