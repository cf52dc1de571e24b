using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>Sends every alert and every change of an incident to a collector as OTLP logs (contracts/otlp.md).</summary>
/// <remarks>
/// A batch may be several requests. When an early one was taken and a later one was not, trying the same batch again goes on where it stopped;
/// so the caller must give the same list again, unchanged, before any other.
/// </remarks>
internal sealed class OtlpLogSink(IOtlpTransport transport, OtlpRequests requests, AgentTelemetry telemetry) : ISink, IDisposable
{
    private int _taken;

    public string Name => "otlp";

    public bool WantsAlerts => true;

    public async Task SendAsync(IReadOnlyList<SinkRecord> records, CancellationToken cancellation)
    {
        var number = 0;
        try
        {
            await requests.MakeAsync(records, async request =>
            {
                if (number++ >= _taken)
                {
                    var response = OtlpResponse.Read(await transport.SendAsync(request, cancellation));
                    _taken = number;
                    if (response.Rejected > 0 || response.Message.Length > 0)
                    {
                        telemetry.CollectorRejected(response.Rejected, response.Message);
                    }
                }
            });
            _taken = 0;
        }
        catch (SinkException exception) when (!exception.IsTransient)
        {
            _taken = 0;
            throw;
        }
    }

    public void Dispose() => transport.Dispose();
}
