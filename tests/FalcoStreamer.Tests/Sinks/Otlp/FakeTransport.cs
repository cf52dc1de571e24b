using FalcoStreamer.Simulator.Collector;
using FalcoStreamer.Sinks;
using FalcoStreamer.Sinks.Otlp;

namespace FalcoStreamer.Tests.Sinks.Otlp;

/// <summary>Keeps what it is given as a collector would read it, or refuses it.</summary>
internal sealed class FakeTransport : IOtlpTransport
{
    private readonly CollectorStore _store = new(capacity: 100_000, countsOnly: false);

    /// <summary>What happens to the next requests: null is taken.</summary>
    public Queue<SinkException?> Script { get; } = [];

    public IReadOnlyList<CollectedRecord> Records => _store.Records;

    public IReadOnlyList<CollectedRequest> Requests => _store.Requests;

    public Task<OtlpAnswer> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        if (Script.TryDequeue(out var failure) && failure is not null)
        {
            throw failure;
        }

        _store.Take(new CollectedRequest(request.ToArray(), request.Length, null, new Dictionary<string, string>()));
        return Task.FromResult(OtlpAnswer.Full);
    }

    public void Dispose()
    {
    }

    /// <summary>What a collector gets of one record.</summary>
    public static async Task<CollectedRecord> CollectAsync(SinkRecord record, Func<OtlpContent, OtlpContent>? change = null)
    {
        using var probe = new TelemetryProbe();
        using var transport = new FakeTransport();
        using var sink = new OtlpLogSink(transport, (change ?? (content => content))(OtlpScene.Content()), probe.Telemetry);
        await sink.SendAsync([record], TestContext.Current.CancellationToken);
        return Assert.Single(transport.Records);
    }
}
