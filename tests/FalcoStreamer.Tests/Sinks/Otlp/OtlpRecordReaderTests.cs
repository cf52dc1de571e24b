using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FalcoStreamer.Correlation;
using FalcoStreamer.Sinks;
using FalcoStreamer.Sinks.Otlp;
using FalcoStreamer.Tests.Support;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Logs.V1;
using OpenTelemetry.Proto.Resource.V1;

namespace FalcoStreamer.Tests.Sinks.Otlp;

public sealed class OtlpRecordReaderTests
{
    [Fact]
    public void GivesBackEveryRecordOfTheRecordings()
    {
        var records = Recordings.HttpAlerts().Concat(Recordings.GrpcAlerts()).Select(OtlpScene.Record).ToList<SinkRecord>();
        var requests = Encode(records, limit: 100_000);

        var read = requests.SelectMany(request => OtlpRecordReader.Read(request)).ToList();

        Assert.True(requests.Count > 5);
        Assert.Equal(records.Count, read.Count);
        Assert.Equal(
            records.OfType<AlertRecord>().Select(record => record.Alert.Id.ToString()).Order(),
            read.Select(record => record.Uid).Order());
        // Against the generated classes, member for member.
        var expected = requests.SelectMany(request => Expected(ExportLogsServiceRequest.Parser.ParseFrom(request)));
        Assert.Equal(expected, read.Select(Json));
    }

    [Fact]
    public void GivesBackAReport()
    {
        var report = SomeReport.Record(SomeReport.Of());

        var line = JsonNode.Parse(Json(Assert.Single(OtlpRecordReader.Read(Assert.Single(Encode([report]))))))!;

        Assert.Equal("falco.incident", (string)line["event"]!);
        Assert.Equal(report.Report.Incident.Id, (string)line["attributes"]!["falcostreamer.incident.id"]!);
        Assert.Equal((string)line["attributes"]!["log.record.uid"]!, (string)line["uid"]!);
        Assert.Equal(report.Report.Incident.LastTime.ToString(), (string)line["time"]!);
        Assert.Equal(JsonValueKind.Number, line["attributes"]!["falcostreamer.incident.confidence"]!.GetValueKind());
        Assert.Equal(JsonValueKind.Array, line["attributes"]!["falcostreamer.incident.rules"]!.GetValueKind());
        Assert.StartsWith("# ", (string)line["body"]!, StringComparison.Ordinal);
    }

    [Fact]
    public void IsOneLine_WithItsMembersInOrder()
    {
        var alert = Some.Alert(fields: [("proc.cmdline", "sh -c 'a\nb\u2028c'")]);

        var line = Json(Assert.Single(OtlpRecordReader.Read(Assert.Single(Encode([OtlpScene.Record(alert)])))));

        Assert.DoesNotContain('\n', line);
        Assert.DoesNotContain('\u2028', line);
        Assert.Equal(["uid", "event", "time", "severity", "body", "resource", "attributes"], JsonNode.Parse(line)!.AsObject().Select(member => member.Key));
    }

    [Fact]
    public void ReadsWhatOurEncoderNeverWrites()
    {
        var value = new AnyValue { KvlistValue = new KeyValueList() };
        value.KvlistValue.Values.Add(new KeyValue { Key = "bytes", Value = new AnyValue { BytesValue = ByteString.CopyFrom(1, 2, 3) } });
        value.KvlistValue.Values.Add(new KeyValue { Key = "nan", Value = new AnyValue { DoubleValue = double.NaN } });
        value.KvlistValue.Values.Add(new KeyValue { Key = "none" });

        var line = Json(Assert.Single(OtlpRecordReader.Read(Request(value).ToByteArray())));

        Assert.Equal("""{"uid":null,"event":"","time":null,"severity":"","body":null,"resource":{},"attributes":{"k":{"bytes":"AQID","nan":"NaN","none":null}}}""", line);
    }

    [Fact]
    public void GivesNothing_OfAnEmptyRequest() => Assert.Empty(OtlpRecordReader.Read([]));

    [Fact]
    public void RefusesAValueThatIsTooDeep()
    {
        var value = new AnyValue { StringValue = "x" };
        for (var depth = 0; depth < 40; depth++)
        {
            var list = new ArrayValue();
            list.Values.Add(value);
            value = new AnyValue { ArrayValue = list };
        }

        Assert.Throws<OtlpFormatException>(() => OtlpRecordReader.Read(Request(value).ToByteArray()));
    }

    [Fact]
    public void EndsOrRefuses_WhateverTheBytesAre()
    {
        var request = Assert.Single(Encode([OtlpScene.Record(Some.Alert()), SomeReport.Record(SomeReport.Of())]));
        var random = new Random(20250101);
        var refused = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = request[..(round % 2 == 0 ? request.Length : random.Next(request.Length))];
            for (var change = random.Next(4); change >= 0 && bytes.Length > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                foreach (var record in OtlpRecordReader.Read(bytes))
                {
                    _ = JsonNode.Parse(Json(record));
                }
            }
            catch (OtlpFormatException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 5_000, 20_000);
    }

    [Fact]
    public void Refuses_WhatIsCutAnywhere()
    {
        var request = Assert.Single(Encode([OtlpScene.Record(Some.Alert())]));

        Assert.All(Enumerable.Range(1, request.Length - 1), length => Assert.Throws<OtlpFormatException>(() => OtlpRecordReader.Read(request.AsSpan(0, length))));
    }

    private static List<byte[]> Encode(IReadOnlyList<SinkRecord> records, int limit = OtlpLogSink.RequestLimit)
    {
        var encoder = new LogsRequestEncoder(OtlpScene.Content(), limit);
        encoder.Begin(records);
        var requests = new List<byte[]>();
        while (encoder.EncodeNext())
        {
            requests.Add(encoder.Request.ToArray());
        }

        return requests;
    }

    private static ExportLogsServiceRequest Request(AnyValue value)
    {
        var record = new LogRecord();
        record.Attributes.Add(new KeyValue { Key = "k", Value = value });
        var scope = new ScopeLogs();
        scope.LogRecords.Add(record);
        var resource = new ResourceLogs { Resource = new Resource() };
        resource.ScopeLogs.Add(scope);
        var request = new ExportLogsServiceRequest();
        request.ResourceLogs.Add(resource);
        return request;
    }

    private static string Json(OtlpRecord record)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            record.WriteTo(json);
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    /// <summary>The same lines, made by way of a protobuf library and JSON nodes.</summary>
    private static IEnumerable<string> Expected(ExportLogsServiceRequest request) =>
        from resource in request.ResourceLogs
        from scope in resource.ScopeLogs
        from record in scope.LogRecords
        select new JsonObject
        {
            ["uid"] = record.Attributes.Single(attribute => attribute.Key == "log.record.uid").Value.StringValue,
            ["event"] = record.EventName,
            ["time"] = new FalcoStreamer.Alerts.AlertTime((long)record.TimeUnixNano).ToString(),
            ["severity"] = record.SeverityText,
            ["body"] = Node(record.Body),
            ["resource"] = Object(resource.Resource.Attributes),
            ["attributes"] = Object(record.Attributes),
        }.ToJsonString();

    private static JsonObject Object(IEnumerable<KeyValue> attributes) =>
        new(attributes.Select(attribute => KeyValuePair.Create(attribute.Key, Node(attribute.Value))));

    private static JsonNode? Node(AnyValue value) => value.ValueCase switch
    {
        AnyValue.ValueOneofCase.StringValue => value.StringValue,
        AnyValue.ValueOneofCase.BoolValue => value.BoolValue,
        AnyValue.ValueOneofCase.IntValue => value.IntValue,
        AnyValue.ValueOneofCase.DoubleValue => value.DoubleValue,
        AnyValue.ValueOneofCase.ArrayValue => new JsonArray([.. value.ArrayValue.Values.Select(Node)]),
        _ => throw new InvalidOperationException($"Our encoder writes no {value.ValueCase}."),
    };
}
