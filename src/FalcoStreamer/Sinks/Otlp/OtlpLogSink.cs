using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>
/// Sends every alert and every change of an incident to an OpenTelemetry collector (contracts/otlp.md), each alert under the resource it
/// happened in. The OpenTelemetry SDK cannot do that, and serves the agent's own telemetry only.
/// </summary>
internal sealed class OtlpLogSink : ISink, IDisposable
{
    private readonly IOtlpTransport _transport;
    private readonly AgentTelemetry _telemetry;
    private readonly LogsRequestEncoder _encoder;

    // Records of a batch that was cut into several requests of which a later one failed. They are recognised as objects, in whatever
    // batch they come again; records that were read from the disk anew are others and are sent twice, under the same IDs.
    private readonly HashSet<SinkRecord> _taken = new(ReferenceEqualityComparer.Instance);
    private bool _isRejecting;
    private int _refused;

    /// <param name="requestLimit">The most bytes of a request; only tests give less.</param>
    public OtlpLogSink(IOtlpTransport transport, OtlpContent content, AgentTelemetry telemetry, int requestLimit = LogsRequestEncoder.DefaultLimit)
    {
        _transport = transport;
        _telemetry = telemetry;
        _encoder = new LogsRequestEncoder(content, requestLimit);
    }

    public string Name => "otlp";

    public bool WantsAlerts => true;

    public async Task<int> SendAsync(IReadOnlyList<SinkRecord> records, CancellationToken cancellation)
    {
        _encoder.Begin(records, _taken);
        try
        {
            while (_encoder.EncodeNext())
            {
                try
                {
                    _refused += Account(await _transport.SendAsync(_encoder.Request, cancellation));
                }
                catch (SinkException exception) when (!exception.IsTransient)
                {
                    if (_encoder.Encoded.Count == records.Count)
                    {
                        throw;
                    }

                    // What else is in the batch may still be taken.
                    _refused += _encoder.Encoded.Count;
                    _telemetry.RefusalSaid(Name, _encoder.Encoded.Count, exception);
                    _encoder.Abandon();
                }

                if (_encoder.HasMore)
                {
                    _taken.UnionWith(_encoder.Encoded);
                }
            }
        }
        catch (Exception exception)
        {
            _encoder.Abandon();
            if (exception is not SinkException { IsTransient: true })
            {
                Forget();
            }

            throw;
        }
        finally
        {
            _encoder.End();
        }

        return Forget();
    }

    public void Dispose() => _transport.Dispose();

    /// <summary>The batch is done with, one way or the other; returns how many of its records were refused.</summary>
    private int Forget()
    {
        var refused = _refused;
        _refused = 0;
        _taken.Clear();
        return refused;
    }

    /// <summary>How many records a collector did not keep of a request it took; logs the first of a row of such answers.</summary>
    private int Account(OtlpAnswer answer)
    {
        if (_encoder.Shortened > 0)
        {
            _telemetry.OtlpRecordsShortened(_encoder.Shortened);
        }

        var isRejecting = answer.Rejected > 0 || answer.Message.Length > 0;
        if (isRejecting)
        {
            _telemetry.OtlpRecordsRejected(answer.Rejected, answer.Message, isFirst: !_isRejecting);
        }

        _isRejecting = isRejecting;
        return (int)Math.Min(answer.Rejected, _encoder.Encoded.Count);
    }
}
