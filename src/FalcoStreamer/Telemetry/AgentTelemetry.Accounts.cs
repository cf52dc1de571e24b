using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace FalcoStreamer.Telemetry;

/// <summary>What waits for a sink.</summary>
/// <param name="Records">How many records.</param>
/// <param name="Lag">The age of the oldest of them; zero where none waits.</param>
internal readonly record struct SinkBacklog(long Records, TimeSpan Lag);

/// <content>What became of everything: docs/accounting.md.</content>
internal sealed partial class AgentTelemetry
{
    private readonly AccountBook _book = new();
    private readonly ConcurrentDictionary<string, Func<SinkBacklog>> _backlogs = new(StringComparer.Ordinal);
    private Func<long> _alertsHeld = () => 0;
    private Counter<long> _alertsJudged = null!;
    private Counter<long> _recordsGiven = null!;
    private Counter<long> _takenOver = null!;

    /// <summary>The accounts as they are now.</summary>
    public Accounts Accounts => _book.Read(_alertsHeld(), sink => _backlogs.TryGetValue(sink, out var backlog) ? backlog().Records : 0);

    /// <summary>An alert has been judged, and its record is with every sink that wants it.</summary>
    public void AlertJudged(string source)
    {
        _alertsJudged.Add(1, new KeyValuePair<string, object?>("source", source));
        _book.Source(source).Delivered(1);
    }

    /// <summary>Records are on their way to a sink.</summary>
    public void RecordsGiven(string sink, int count)
    {
        _recordsGiven.Add(count, new KeyValuePair<string, object?>("sink", sink));
        _book.Sink(sink).Received(count);
    }

    /// <summary>Alerts that another agent on this node had accepted and not judged are this one's now.</summary>
    public void AlertsTakenOver(string source, int count)
    {
        _takenOver.Add(count, new KeyValuePair<string, object?>("what", "alert"));
        _book.Source(source).Received(count);
    }

    /// <summary>Records that another agent on this node had not sent are this one's now.</summary>
    public void RecordsTakenOver(string sink, long count)
    {
        _takenOver.Add(count, new KeyValuePair<string, object?>("what", "record"));
        _book.Sink(sink).Received(count);
    }

    /// <summary>How to ask, from any thread, how many alerts are accepted and not judged.</summary>
    public void WatchAlerts(Func<long> held) => _alertsHeld = held;

    /// <summary>How to ask, from any thread, what waits for a sink.</summary>
    public void WatchSink(string sink, Func<SinkBacklog> backlog)
    {
        _book.Sink(sink).Received(0);
        _backlogs[sink] = backlog;
    }

    /// <summary>Says the accounts, at the end.</summary>
    public void AccountsClosed()
    {
        var accounts = Accounts;
        if (accounts.AddUp)
        {
            LogAccounts(_logger, accounts);
        }
        else
        {
            LogAccountsDoNotAddUp(_logger, accounts);
        }
    }

    private void CreateAccountInstruments()
    {
        _alertsJudged = _meter.CreateCounter<long>("falcostreamer.alerts.judged", "{alert}", "Alerts that were judged, by source.");
        _recordsGiven = _meter.CreateCounter<long>("falcostreamer.sink.given", "{record}", "Records that a sink was given.");
        _takenOver = _meter.CreateCounter<long>("falcostreamer.taken_over", "{item}", "Alerts and records that another agent on this node has left.");
        _meter.CreateObservableGauge("falcostreamer.alerts.held", () => _alertsHeld(), "{alert}", "Alerts that are accepted and not judged.");
        _meter.CreateObservableGauge("falcostreamer.sink.depth", () => Backlogs(backlog => backlog.Records), "{record}", "Records that wait for a sink.");
        _meter.CreateObservableGauge(
            "falcostreamer.sink.lag", () => Backlogs(backlog => backlog.Lag.TotalSeconds), "s", "The age of the oldest record that waits for a sink.");
    }

    private IEnumerable<Measurement<T>> Backlogs<T>(Func<SinkBacklog, T> value)
        where T : struct =>
        _backlogs.Select(backlog => new Measurement<T>(value(backlog.Value()), new KeyValuePair<string, object?>("sink", backlog.Key)));

    [LoggerMessage(908, LogLevel.Information, "Accounts: {Accounts}.")]
    private static partial void LogAccounts(ILogger logger, Accounts accounts);

    [LoggerMessage(909, LogLevel.Error, "Accounts that do not add up, which is a mistake of FalcoStreamer's: {Accounts}.")]
    private static partial void LogAccountsDoNotAddUp(ILogger logger, Accounts accounts);
}
