using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;
using FalcoStreamer.Reporting;
using FalcoStreamer.Sinks;
using FalcoStreamer.Sinks.Otlp;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Sinks.Otlp;

public sealed class OtlpLogSinkTests : IDisposable
{
    private const int Limit = 20_000;

    private readonly TelemetryProbe _probe = new();
    private readonly FakeTransport _transport = new();
    private readonly OtlpLogSink _sink;

    public OtlpLogSinkTests() => _sink = new OtlpLogSink(_transport, OtlpScene.Content(), _probe.Telemetry, Limit);

    public void Dispose()
    {
        _sink.Dispose();
        _transport.Dispose();
        _probe.Dispose();
    }

    [Fact]
    public async Task CutsABatchIntoRequestsWithinTheLimit()
    {
        var records = Recordings.GrpcAlerts().Select(OtlpScene.Record).ToList();

        await SendAsync(records);

        Assert.Equal(records.Select(IdOf).Order(), SentIds().Order());
        Assert.True(_transport.Requests.Count > 5);
        Assert.All(_transport.Requests, request => Assert.InRange(request.Size, 1, Limit));
    }

    [Fact]
    public async Task SendsARecordAlone_WhenItIsLargerThanTheLimit()
    {
        var records = new[] { OtlpScene.Record(Some.Alert()), OtlpScene.Record(Some.Alert(fields: [("x.a", new string('a', 15_000)), ("x.b", new string('b', 15_000))])) };

        await SendAsync(records);

        Assert.Equal(2, _transport.Requests.Count);
        Assert.Equal(2, _transport.Records.Count);
    }

    [Fact]
    public async Task JoinsChunksIntoOneRequest_ThatHoldsEveryRecordOnce()
    {
        using var sink = new OtlpLogSink(_transport, OtlpScene.Content(), _probe.Telemetry);
        var records = Recordings.GrpcAlerts().Concat(Recordings.HttpAlerts()).Select(OtlpScene.Record).ToList();
        var chunks = sink.Encode(records);

        await sink.SendAsync(chunks, TestContext.Current.CancellationToken);

        Assert.True(chunks.Count > 3);
        Assert.All(chunks, chunk => Assert.InRange(chunk.Bytes.Length, 1, 64 * 1024));
        Assert.Single(_transport.Requests);
        Assert.Equal(records.Select(IdOf).Order(), SentIds().Order());
    }

    [Fact]
    public void TellsOfAChunkWhatTheOutboxMustKnow()
    {
        var serious = OtlpScene.Record(Some.Alert(priority: Priority.Critical));
        var other = OtlpScene.Record(Some.Alert(priority: Priority.Notice));

        var chunks = _sink.Encode([other, serious, other with { Received = other.Received + TimeSpan.FromSeconds(5) }]);

        Assert.Equal(
            [(Priority.Critical, 1, serious.Received), (Priority.Notice, 2, other.Received)],
            chunks.Select(chunk => (chunk.Priority, chunk.Records, chunk.Oldest)));
        Assert.All(chunks, chunk => Assert.Equal("otlp", chunk.Sink));
    }

    [Fact]
    public async Task GathersTheRecordsOfASubjectUnderOneResource()
    {
        var first = OtlpScene.Record(Some.Alert());
        var other = OtlpScene.Record(Some.Alert(fields: [("container.id", "host")]));

        await SendAsync([first, other, first with { IncidentId = "i2" }]);

        var request = OpenTelemetry.Proto.Collector.Logs.V1.ExportLogsServiceRequest.Parser.ParseFrom(Assert.Single(_transport.Requests).Body);
        Assert.Equal([2, 1], request.ResourceLogs.Select(resource => Assert.Single(resource.ScopeLogs).LogRecords.Count));
        Assert.All(request.ResourceLogs, resource => Assert.Equal("https://opentelemetry.io/schemas/1.44.0", resource.SchemaUrl));
        Assert.All(_transport.Records, record => Assert.Equal(("falcostreamer", "1.2.3"), (record.Scope.Name, record.Scope.Version)));
    }

    [Fact]
    public async Task SaysTheNewContainer_WhenItHasRestartedUnderTheSameKey()
    {
        var first = OtlpScene.Record(Some.Alert());
        var restarted = first with { Subject = first.Subject with { ContainerId = "bbbbbbbbbbbb" } };

        await SendAsync([first, restarted]);

        Assert.Equal(["64fac540e48f", "bbbbbbbbbbbb"], _transport.Records.Select(record => record.ResourceAttributes["container.id"].StringValue));
    }

    [Fact]
    public async Task WritesAnIncidentWithItsJudgement()
    {
        var record = await FakeTransport.CollectAsync(new ReportRecord(Report(), IncidentChangeKind.Rejudged, Some.Time + TimeSpan.FromSeconds(2)));

        Assert.Equal("falco.incident", record.Record.EventName);
        Assert.Equal("# It is harmless.", record.Record.Body.StringValue);
        Assert.Equal((ulong)(Some.Time + TimeSpan.FromSeconds(1)).UnixNanoseconds, record.Record.TimeUnixNano);
        Assert.Equal(18, (int)record.Record.SeverityNumber);
        Assert.Equal("rejudged", Text("change"));
        Assert.Equal("likely-benign", Text("verdict"));
        Assert.Equal("a-behaviour", Text("behaviour"));
        Assert.Equal("It is harmless.", Text("headline"));
        Assert.Equal("incident", Text("id"));
        Assert.StartsWith("incident-rejudged-", record.Attributes["log.record.uid"].StringValue, StringComparison.Ordinal);
        Assert.Equal(0.94, record.Attributes["falcostreamer.incident.confidence"].DoubleValue);
        Assert.Equal(2, record.Attributes["falcostreamer.incident.count"].IntValue);
        Assert.Equal("2025-01-01T10:00:01.000000000Z", Text("last_time"));
        Assert.Equal("- rule: x\n", Text("exception"));
        Assert.Equal(["for"], List("evidence.for"));
        Assert.Equal(["against\\u001b"], List("evidence.against"));
        Assert.Equal(["R1", "R2"], List("rules"));
        Assert.Equal(["T1059"], List("attack"));
        Assert.DoesNotContain("falcostreamer.incident.hardening", record.Attributes);

        string Text(string name) => record.Attributes[$"falcostreamer.incident.{name}"].StringValue;

        IEnumerable<string> List(string name) => record.Attributes[$"falcostreamer.incident.{name}"].ArrayValue.Values.Select(value => value.StringValue);
    }

    [Fact]
    public void AllocatesNextToNothing_OnceItsBuffersHaveGrown()
    {
        var records = Recordings.GrpcAlerts().Select(OtlpScene.Record).ToList();
        var encoder = new LogsRequestEncoder(OtlpScene.Content(), OtlpLogSink.RequestLimit);
        Encode(encoder, records);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Encode(encoder, records);
        var perAlert = (GC.GetAllocatedBytesForCurrentThread() - before) / records.Count;

        // What is left is the walk over the tags.
        Assert.InRange(perAlert, 0, 300);
    }

    private static void Encode(LogsRequestEncoder encoder, IReadOnlyList<SinkRecord> records)
    {
        encoder.Begin(records);
        while (encoder.EncodeNext())
        {
        }

        encoder.End();
    }

    private Task SendAsync(IReadOnlyList<SinkRecord> records) => _sink.SendAsync(records, TestContext.Current.CancellationToken);

    private IEnumerable<string> SentIds() => _transport.Records.Select(record => record.Attributes["log.record.uid"].StringValue);

    private static string IdOf(AlertRecord record) => record.Alert.Id.ToString();

    private static IncidentReport Report()
    {
        var alert = Some.Alert();
        var behaviour = new Behaviour { Id = "a-behaviour", Title = "t", Nature = BehaviourNature.Harmless, Headline = "h", Why = "w" };
        var incident = new Incident
        {
            Id = "incident",
            Subject = new Subject { Kind = SubjectKind.Node, Resolution = Resolution.None, Name = "node-1" },
            Judgement = new Judgement
            {
                Verdict = Verdict.LikelyBenign,
                Confidence = 0.94,
                Behaviour = behaviour,
                For = [new Evidence("for", 8)],
                Against = [new Evidence("against\u001b", 1)],
            },
            First = alert,
            Rules = ["R1", "R2"],
            Priority = Priority.Critical,
            Count = 2,
            FirstTime = Some.Time,
            LastTime = Some.Time + TimeSpan.FromSeconds(1),
            Samples = [new AlertSample(alert, 2)],
            Alerts = [alert.Id],
        };
        return new IncidentReport
        {
            Incident = incident,
            Headline = "It is harmless.",
            Explanation = "e",
            Actions = ["do"],
            Commands = ["kubectl"],
            Hardening = [],
            Exception = "- rule: x\n",
            Attack = ["T1059"],
        };
    }
}
