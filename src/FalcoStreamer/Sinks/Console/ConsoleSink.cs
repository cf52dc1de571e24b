using FalcoStreamer.Correlation;
using FalcoStreamer.Reporting;

namespace FalcoStreamer.Sinks.Console;

/// <summary>
/// Prints reports for whoever watches the agent: when an incident opens and when it is judged anew. Its growing numbers alone are no news.
/// </summary>
/// <param name="output">Standard output; stays the caller's.</param>
/// <param name="text">The report for a terminal, neutral already: the sink cannot tell its colours from an attacker's.</param>
internal sealed class ConsoleSink(TextWriter output, Func<IncidentReport, string> text) : ISink
{
    public string Name => "console";

    public bool WantsAlerts => false;

    public async Task SendAsync(IReadOnlyList<SinkRecord> records, CancellationToken cancellation)
    {
        try
        {
            foreach (var record in records.OfType<ReportRecord>())
            {
                if (record.Change is IncidentChangeKind.Opened or IncidentChangeKind.Rejudged)
                {
                    await output.WriteLineAsync(text(record.Report).AsMemory(), cancellation);
                }
            }

            await output.FlushAsync(cancellation);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // A closed pipe never opens again.
            throw new SinkException($"Nobody reads the output any more: {exception.Message}", isTransient: false, inner: exception);
        }
    }
}
