using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Reporting;
using FalcoStreamer.Sinks;

namespace FalcoStreamer.Pipeline;

/// <summary>Gives every sink its copy: alerts to those who want them, each change of an incident to all.</summary>
internal sealed class SinkFan(IReadOnlyList<SinkQueue> sinks, ReportWriter reports)
{
    private readonly SinkQueue[] _wantingAlerts = [.. sinks.Where(sink => sink.WantsAlerts)];
    private readonly SinkQueue[] _wantingReports = [.. sinks.Where(sink => sink.WantsReports)];

    /// <summary>Whether a sink that sends well cannot keep up with this burst.</summary>
    public bool WantsPatience => _wantingAlerts.Any(sink => sink.WantsPatience);

    public void Send(ReceivedAlert received, Subject subject, string incidentId)
    {
        if (_wantingAlerts.Length == 0)
        {
            return;
        }

        var record = new AlertRecord(received.Alert, subject, incidentId, received.Received);
        foreach (var sink in _wantingAlerts)
        {
            sink.Enqueue(record);
        }
    }

    public void Send(IncidentChange change, AlertTime observed)
    {
        if (_wantingReports.Length == 0)
        {
            return;
        }

        var record = new ReportRecord(reports.Write(change.Incident), change.Kind, observed);
        foreach (var sink in _wantingReports)
        {
            sink.Enqueue(record);
        }
    }

    /// <summary>Sends until nothing waits any more or the grace period ends.</summary>
    public Task RunAsync(CancellationToken graceEnded) => Task.WhenAll(sinks.Select(sink => sink.RunAsync(graceEnded)));

    /// <summary>Nothing more will come.</summary>
    public void Complete()
    {
        foreach (var sink in sinks)
        {
            sink.Complete();
        }
    }
}
