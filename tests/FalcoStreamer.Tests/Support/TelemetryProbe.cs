using System.Diagnostics.Metrics;
using FalcoStreamer.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;

namespace FalcoStreamer.Tests.Support;

/// <summary>An <see cref="AgentTelemetry"/> whose log lines and counts a test can read, and wait for.</summary>
internal sealed class TelemetryProbe : ILogger<AgentTelemetry>, IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<(int Id, LogLevel Level, string Text)> _lines = [];
    private readonly List<(Func<bool> IsMet, TaskCompletionSource Met)> _waits = [];
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public TelemetryProbe()
    {
        Meters = _services.GetRequiredService<IMeterFactory>();
        Telemetry = new AgentTelemetry(this, Meters);
    }

    public AgentTelemetry Telemetry { get; }

    public IMeterFactory Meters { get; }

    /// <summary>Collects an instrument's measurements from now on.</summary>
    public MetricCollector<long> Collect(string instrument) => new(Meters, AgentTelemetry.MeterName, instrument);

    /// <summary>The lines of one event so far.</summary>
    public IReadOnlyList<string> Lines(int id)
    {
        lock (_gate)
        {
            return [.. _lines.Where(line => line.Id == id).Select(line => line.Text)];
        }
    }

    /// <summary>Completes when <paramref name="count"/> lines of an event have been logged.</summary>
    public Task LoggedAsync(int id, int count, CancellationToken cancellation)
    {
        bool IsMet() => _lines.Count(line => line.Id == id) >= count;
        lock (_gate)
        {
            if (IsMet())
            {
                return Task.CompletedTask;
            }

            var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waits.Add((IsMet, met));
            return met.Task.WaitAsync(cancellation);
        }
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_gate)
        {
            _lines.Add((eventId.Id, logLevel, formatter(state, exception)));
            foreach (var wait in _waits.Where(wait => wait.IsMet()))
            {
                wait.Met.TrySetResult();
            }
        }
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Dispose()
    {
        Telemetry.Dispose();
        _services.Dispose();
    }
}
