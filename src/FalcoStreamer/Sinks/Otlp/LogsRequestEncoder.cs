using FalcoStreamer.Alerts;
using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>
/// Turns a batch of records into as few <c>ExportLogsServiceRequest</c>s as the size limit allows, with one <c>ResourceLogs</c> for each
/// subject in each of them.
/// </summary>
/// <remarks>One batch at a time: <see cref="Begin"/>, then <see cref="EncodeNext"/> until it is false.</remarks>
internal sealed class LogsRequestEncoder
{
    // What may follow the last record: the lengths of two messages that take more bytes than was guessed, and two schema URLs.
    private const int TailRoom = 128;

    private readonly ProtobufWriter _writer = new(64 * 1024);
    private readonly ResourceCache _resources;
    private readonly AlertRecordEncoder _alerts;
    private readonly ReportRecordEncoder _reports;
    private readonly AttributeWriter _attributes;
    private readonly byte[] _scope;
    private readonly int _limit;
    private readonly List<EncodedResource> _groups = [];
    private IReadOnlyList<SinkRecord> _records = [];
    private int[] _next = [];
    private long _batch;
    private int _group;
    private int _position;

    public LogsRequestEncoder(OtlpContent content, int limit)
    {
        _limit = limit - TailRoom;
        _attributes = new AttributeWriter(_writer);
        _alerts = new AlertRecordEncoder(_writer, _attributes, content.IncludeCommandLine);
        _reports = new ReportRecordEncoder(_writer, _attributes, content.Markdown);
        _resources = new ResourceCache(content.ClusterName, content.ClusterUid);
        var scope = new ProtobufWriter(64);
        scope.WriteBytes(1, "falcostreamer"u8);
        scope.WriteBytes(2, System.Text.Encoding.UTF8.GetBytes(content.Version));
        _scope = scope.Span.ToArray();
    }

    /// <summary>The request that <see cref="EncodeNext"/> made; valid until it is called again.</summary>
    public ReadOnlyMemory<byte> Request => _writer.Memory;

    /// <summary>How many records are in <see cref="Request"/>.</summary>
    public int Count { get; private set; }

    /// <summary>When the first of them came in.</summary>
    public AlertTime Oldest { get; private set; }

    /// <summary>How many of them have fewer attributes than their alert.</summary>
    public int Shortened { get; private set; }

    private bool HasMore => _group < _groups.Count;

    /// <summary>Sorts a batch by subject.</summary>
    public void Begin(IReadOnlyList<SinkRecord> records)
    {
        End();
        _records = records;
        _batch++;
        if (_next.Length < records.Count)
        {
            _next = new int[records.Count];
        }

        for (var index = 0; index < records.Count; index++)
        {
            _next[index] = -1;
            var resource = _resources.For(SubjectOf(records[index]));
            if (resource.Batch == _batch)
            {
                _next[resource.Last] = index;
            }
            else
            {
                resource.Batch = _batch;
                resource.First = index;
                _groups.Add(resource);
            }

            resource.Last = index;
        }

        _position = _groups.Count > 0 ? _groups[0].First : -1;
    }

    /// <summary>Makes the next request; false when the batch is done.</summary>
    public bool EncodeNext()
    {
        _writer.Clear();
        Count = 0;
        Shortened = 0;
        while (HasMore && WriteGroup())
        {
            _group++;
            _position = HasMore ? _groups[_group].First : -1;
        }

        return Count > 0;
    }

    /// <summary>Lets go of the batch.</summary>
    public void End()
    {
        _records = [];
        _groups.Clear();
        _group = 0;
    }

    /// <summary>Writes what is left of the current group; false when the request is full before its end.</summary>
    private bool WriteGroup()
    {
        var before = _writer.Length;
        // Most requests hold one to a few records of a subject, 1 to 16 KB.
        var resourceLogs = _writer.Begin(1, 2);
        _writer.WriteBytes(1, _groups[_group].Bytes);
        var scopeLogs = _writer.Begin(2, 2);
        _writer.WriteBytes(1, _scope);
        var written = 0;
        for (; _position >= 0; _position = _next[_position], written++)
        {
            if (!TryWriteRecord(_records[_position]))
            {
                break;
            }
        }

        if (written == 0)
        {
            _writer.Truncate(before);
            return false;
        }

        _writer.WriteBytes(3, OtlpAttributes.SchemaUrl);
        _writer.End(scopeLogs);
        _writer.WriteBytes(3, OtlpAttributes.SchemaUrl);
        _writer.End(resourceLogs);
        return _position < 0;
    }

    /// <summary>Writes a record unless it makes the request too large. The first one always fits, since its parts are limited.</summary>
    private bool TryWriteRecord(SinkRecord record)
    {
        var before = _writer.Length;
        var nested = _writer.Begin(2, 2);
        if (record is AlertRecord alert)
        {
            _alerts.Write(alert);
        }
        else
        {
            _reports.Write((ReportRecord)record);
        }

        _writer.End(nested);
        if (_writer.Length > _limit && Count > 0)
        {
            _writer.Truncate(before);
            return false;
        }

        Shortened += _attributes.LeftOut > 0 ? 1 : 0;
        var came = CameAt(record);
        Oldest = Count == 0 || came < Oldest ? came : Oldest;
        Count++;
        return true;
    }

    private static AlertTime CameAt(SinkRecord record) => record is AlertRecord alert ? alert.Received : ((ReportRecord)record).Observed;

    private static Subject SubjectOf(SinkRecord record) => record switch
    {
        AlertRecord alert => alert.Subject,
        ReportRecord report => report.Report.Incident.Subject,
        _ => throw new ArgumentException($"The OTLP sink is given alerts and reports, not a {record.GetType().Name}.", nameof(record)),
    };
}
