using System.Text.Json.Nodes;
using FalcoStreamer.Alerts;
using FalcoStreamer.Simulator.Collector;
using FalcoStreamer.Tests.Support;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Common.V1;

namespace FalcoStreamer.Tests.Sinks.Otlp;

/// <summary>Everything that a real Falco sent, through the sink, to a collector.</summary>
public sealed class OtlpRecordingsTests
{
    private static readonly Dictionary<string, string> Counterparts = new()
    {
        ["proc.pid"] = "process.pid",
        ["proc.exepath"] = "process.executable.path",
        ["proc.exe"] = "process.command",
        ["proc.cmdline"] = "process.command_line",
        ["proc.cwd"] = "process.working_directory",
        ["user.name"] = "user.name",
        ["user.uid"] = "user.id",
    };

    [Theory]
    [InlineData("grpc", "gzip")]
    [InlineData("grpc", "none")]
    [InlineData("http/protobuf", "gzip")]
    [InlineData("http/protobuf", "none")]
    public async Task DeliversEveryAlertOnce_OverEachWay(string protocol, string compression)
    {
        await using var scene = await OtlpScene.StartAsync(protocol, compression);
        var alerts = Recordings.HttpAlerts();

        foreach (var batch in alerts.Select(OtlpScene.Record).Chunk(50))
        {
            await scene.SendAsync(batch);
        }

        Assert.Equal(
            alerts.Select(alert => alert.Id.ToString()).Order(),
            scene.Store.Records.Select(record => record.Attributes["log.record.uid"].StringValue).Order());
        Assert.All(scene.Store.Requests, request => Assert.Equal(compression == "gzip" ? "gzip" : "identity", EncodingOf(request)));
    }

    [Fact]
    public async Task CarriesEveryMemberAndField()
    {
        await using var scene = await OtlpScene.StartAsync("grpc");
        var bodies = Recordings.HttpBodies().ToDictionary(body => FalcoAlert.FromJson(body).Id.ToString(), body => JsonNode.Parse(body)!);

        await scene.SendAsync([.. Recordings.HttpAlerts().Select(OtlpScene.Record)]);

        Assert.Equal(249, scene.Store.RecordCount);
        Assert.All(scene.Store.Records, record => AssertSays(bodies[record.Attributes["log.record.uid"].StringValue], record));
    }

    [Fact]
    public async Task SaysTheSame_WhetherFalcoSentTheAlertByGrpcOrByHttp()
    {
        await using var http = await OtlpScene.StartAsync("grpc");
        await using var grpc = await OtlpScene.StartAsync("grpc");

        await http.SendAsync([.. Recordings.HttpAlerts().Where(alert => !alert.SourceText.Is("internal"u8)).Select(OtlpScene.Record)]);
        await grpc.SendAsync([.. Recordings.GrpcAlerts().Select(OtlpScene.Record)]);

        var expected = http.Store.Records.ToDictionary(record => record.Attributes["log.record.uid"].StringValue);
        Assert.Equal(245, grpc.Store.RecordCount);
        Assert.All(grpc.Store.Records, record =>
        {
            var other = expected[record.Attributes["log.record.uid"].StringValue];
            Assert.Equal(Attributes(other).Where(pair => pair.Key != "falco.evt.time"), Attributes(record));
            Assert.Equal(other.Record.Body, record.Record.Body);
            Assert.Equal(other.Record.TimeUnixNano, record.Record.TimeUnixNano);
        });
    }

    [Fact]
    public async Task MakesNumbersOfFalcosOwnFigures_ThoughGrpcSendsText()
    {
        await using var scene = await OtlpScene.StartAsync("grpc");
        var alerts = Recordings.Messages("falco/grpc-internal-metrics-0.43.1.raw.hex").Select(message => FalcoAlert.FromProtobuf(message)).ToList();

        await scene.SendAsync([.. alerts.Select(OtlpScene.Record)]);

        Assert.Equal(4, scene.Store.RecordCount);
        Assert.All(scene.Store.Records, record =>
        {
            Assert.Equal(AnyValue.ValueOneofCase.IntValue, record.Attributes["falco.falco.num_evts"].ValueCase);
            Assert.Equal(AnyValue.ValueOneofCase.DoubleValue, record.Attributes["falco.falco.memory_rss_mb"].ValueCase);
            Assert.Equal("0.43.1", record.Attributes["falco.falco.version"].StringValue);
        });
    }

    [Fact]
    public async Task ReplacesWhatIsNotUtf8()
    {
        await using var scene = await OtlpScene.StartAsync("grpc");
        var alerts = Recordings.Messages("falco/grpc-utf8-0.43.1.raw.hex").Select(message => FalcoAlert.FromProtobuf(message)).ToList();

        await scene.SendAsync([.. alerts.Select(OtlpScene.Record)]);

        var arguments = scene.Store.Records.Select(record => record.Attributes["falco.proc.args"].StringValue).ToList();
        Assert.Equal(2, arguments.Count);
        Assert.Contains(arguments, text => text.Contains("ünï 漢字 😀", StringComparison.Ordinal));
        Assert.Contains(arguments, text => text.Contains('\uFFFD', StringComparison.Ordinal));
    }

    [Fact]
    public async Task WritesWhatAProtobufLibraryWouldWrite()
    {
        await using var scene = await OtlpScene.StartAsync("grpc");

        await scene.SendAsync([.. Recordings.HttpAlerts().Select(OtlpScene.Record)]);

        Assert.All(
            scene.Store.Requests,
            request => Assert.Equal(request.Body, ExportLogsServiceRequest.Parser.ParseFrom(request.Body).ToByteArray()));
    }

    private static string EncodingOf(CollectedRequest request) => string.IsNullOrEmpty(request.Encoding) ? "identity" : request.Encoding;

    private static IEnumerable<KeyValuePair<string, AnyValue>> Attributes(CollectedRecord record) =>
        record.Attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal);

    private static void AssertSays(JsonNode alert, CollectedRecord record)
    {
        Assert.Equal("falco.alert", record.Record.EventName);
        Assert.Equal((string)alert["priority"]!, record.Record.SeverityText);
        Assert.Equal((string)alert["rule"]!, record.Attributes["security_rule.name"].StringValue);
        Assert.Equal((string)alert["hostname"]!, record.Attributes["falco.hostname"].StringValue);
        Assert.Equal((string)alert["source"]!, record.Attributes["falco.source"].StringValue);
        Assert.Equal(Shown((string)alert["output"]!), record.Record.Body.StringValue);
        Assert.True(AlertTime.TryRead(System.Text.Encoding.UTF8.GetBytes((string)alert["time"]!), out var time));
        Assert.Equal((ulong)time.UnixNanoseconds, record.Record.TimeUnixNano);
        Assert.Equal((ulong)time.UnixNanoseconds + 20_000_000, record.Record.ObservedTimeUnixNano);
        Assert.Equal(
            alert["tags"]?.AsArray().Select(tag => (string)tag!) ?? [],
            record.Attributes.TryGetValue("falco.tags", out var tags) ? tags.ArrayValue.Values.Select(tag => tag.StringValue) : []);
        foreach (var (name, value) in alert["output_fields"]!.AsObject())
        {
            if (value is not null && value.ToString() != "<NA>")
            {
                AssertSays(name, value.AsValue(), record);
            }
        }
    }

    private static void AssertSays(string name, JsonValue value, CollectedRecord record)
    {
        var isPath = name == "fd.name" && value.ToString().StartsWith('/');
        var key = isPath ? "file.path" : Counterparts.GetValueOrDefault(name, $"falco.{name}");
        var actual = Assert.Contains(key, record.Attributes);
        if (value.GetValueKind() == System.Text.Json.JsonValueKind.Number && name != "user.uid")
        {
            Assert.Equal(value.ToJsonString().Contains('.', StringComparison.Ordinal), actual.HasDoubleValue);
            Assert.Equal((double)value, actual.HasDoubleValue ? actual.DoubleValue : actual.IntValue);
        }
        else
        {
            Assert.Equal(name == "proc.cmdline" ? Shown(value.ToString()) : value.ToString(), actual.StringValue);
        }
    }

    private static string Shown(string text) => text.Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\t", "\\t", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal);
}
