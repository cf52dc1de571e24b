using FalcoStreamer.Alerts;
using FalcoStreamer.Storage;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>Writes records into chunks for the outbox: each is a request of its own, of records of one priority.</summary>
internal sealed class OtlpChunkEncoder(string sink, OtlpContent content, AgentTelemetry telemetry, int chunkLimit) : IRecordEncoder
{
    /// <summary>The most bytes of a chunk, unless one record has more. Below 85 KB, so that it is no large object of the runtime's.</summary>
    public const int ChunkLimit = 64 * 1024;

    private readonly LogsRequestEncoder _encoder = new(content, chunkLimit);
    private readonly List<SinkRecord>[] _byPriority = [.. Enumerable.Range(0, (int)Priority.Debug + 1).Select(_ => new List<SinkRecord>())];

    public void Add(SinkRecord record) => _byPriority[(int)PriorityOf(record)].Add(record);

    public void Drain(List<OutboxChunk> chunks)
    {
        for (var priority = 0; priority < _byPriority.Length; priority++)
        {
            if (_byPriority[priority].Count > 0)
            {
                Encode((Priority)priority, _byPriority[priority], chunks);
                _byPriority[priority].Clear();
            }
        }
    }

    private void Encode(Priority priority, List<SinkRecord> records, List<OutboxChunk> chunks)
    {
        _encoder.Begin(records);
        while (_encoder.EncodeNext())
        {
            if (_encoder.Shortened > 0)
            {
                telemetry.OtlpRecordsShortened(_encoder.Shortened);
            }

            chunks.Add(new OutboxChunk(sink, priority, _encoder.Count, _encoder.Oldest, _encoder.Request.ToArray()));
        }

        _encoder.End();
    }

    private static Priority PriorityOf(SinkRecord record) => record switch
    {
        AlertRecord alert => alert.Alert.Priority,
        ReportRecord report => report.Report.Incident.Priority,
        _ => throw new ArgumentException($"The OTLP sink is given alerts and reports, not a {record.GetType().Name}.", nameof(record)),
    };
}
