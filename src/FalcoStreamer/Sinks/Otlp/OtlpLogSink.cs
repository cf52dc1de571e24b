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

    /// <param name="requestLimit">The most bytes of a request; only tests give less.</param>
    public OtlpLogSink(IOtlpTransport transport, OtlpContent content, AgentTelemetry telemetry, int requestLimit = LogsRequestEncoder.DefaultLimit)
    {
        _transport = transport;
        _telemetry = telemetry;
        _encoder = new LogsRequestEncoder(content, requestLimit);
    }

    public string Name => "otlp";

    public bool WantsAlerts => true;

    public async Task SendAsync(IReadOnlyList<SinkRecord> records, CancellationToken cancellation)
    {
        _encoder.Begin(records, _taken);
        var taken = _taken.Count > 0;
        var refused = new Refusals();
        try
        {
            while (_encoder.EncodeNext())
            {
                try
                {
                    Account(await _transport.SendAsync(_encoder.Request, cancellation));
                    taken = true;
                }
                catch (SinkException exception) when (!exception.IsTransient)
                {
                    // What else is in the batch may still be taken.
                    refused.Add(_encoder.Encoded.Count, exception);
                    _encoder.Abandon();
                }

                if (_encoder.HasMore)
                {
                    _taken.UnionWith(_encoder.Encoded);
                }
            }

            _taken.Clear();
        }
        catch
        {
            _encoder.Abandon();
            refused.Count(Name, _telemetry);
            throw;
        }
        finally
        {
            _encoder.End();
        }

        if (refused.Last is { } refusal && !taken)
        {
            throw refusal;
        }

        // The queue will count the batch as sent.
        refused.Count(Name, _telemetry);
    }

    public void Dispose() => _transport.Dispose();

    /// <summary>Counts what a collector did not keep of a request it took, and logs the first of a row of such answers.</summary>
    private void Account(OtlpAnswer answer)
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
    }

    /// <summary>The records of a batch that a collector refused for good, request by request.</summary>
    private struct Refusals
    {
        private int _count;

        public SinkException? Last { get; private set; }

        public void Add(int count, SinkException reason)
        {
            _count += count;
            Last = reason;
        }

        public readonly void Count(string sink, AgentTelemetry telemetry)
        {
            if (Last is not null)
            {
                telemetry.RecordsRefused(sink, _count, Last);
            }
        }
    }
}
