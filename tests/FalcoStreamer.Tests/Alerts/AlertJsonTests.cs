using System.Text;
using System.Text.Json.Nodes;
using FalcoStreamer.Alerts;
using FalcoStreamer.Protos.Falco.Outputs;
using FalcoStreamer.Tests.Support;
using Google.Protobuf;

namespace FalcoStreamer.Tests.Alerts;

/// <summary>The alerts that a real Falco sent by HTTP and by gRPC, compared as bytes.</summary>
public sealed class AlertJsonTests
{
    [Fact]
    public void IsWhatFalcoPosted_WhenTheSameAlertCameByGrpc()
    {
        // The recorder has read what was posted and written it anew: the same JSON, of which it kept the length.
        var posted = Recordings.Lines("falco/http-0.43.1.jsonl").ToDictionary(
            line => FalcoAlert.FromJson(Encoding.UTF8.GetBytes(line["body"]!.ToJsonString())).Id);

        Assert.All(Recordings.GrpcAlerts(), alert =>
        {
            var json = AlertJson.Of(alert);
            Assert.True(JsonNode.DeepEquals(posted[alert.Id]["body"], JsonNode.Parse(json.Span)));
            Assert.Equal((string)posted[alert.Id]["headers"]!["Content-Length"]!, $"{json.Length}");
        });
    }

    [Theory]
    [InlineData("falco/grpc-0.43.1.raw.hex", 245)]
    [InlineData("falco/grpc-mtls-0.43.1.raw.hex", 6)]
    [InlineData("falco/grpc-internal-metrics-0.43.1.raw.hex", 4)]
    public void IsWhatFalcoWrites_WhenItIsMadeOfTheFields(string recording, int count)
    {
        var messages = Recordings.Messages(recording).Where(message => response.Parser.ParseFrom(message).Output.StartsWith('{')).ToList();

        Assert.Equal(count, messages.Count);
        Assert.All(messages, message => Assert.Equal(FalcoAlert.FromProtobuf(message).OutputText.ToString(), JsonOf(WithPlainOutput(message))));
    }

    [Fact]
    public void IsTheSameBytes_WhenTheAlertCameAsJson()
    {
        var bytes = Encoding.UTF8.GetBytes("""{ "uuid":"u", "rule":"R","priority":"Warning", "time":"2025-01-01T10:00:00Z", "more": [1, "\u00fc"] }""");

        Assert.True(AlertJson.Of(FalcoAlert.FromJson(bytes)).Span.SequenceEqual(bytes));
    }

    [Fact]
    public void IsValidJson_WhenACommandLineIsNoUtf8()
    {
        var alerts = Recordings.Messages("falco/grpc-utf8-0.43.1.raw.hex").Select(message => FalcoAlert.FromProtobuf(message)).ToList();

        var arguments = alerts.Select(alert => (string)JsonNode.Parse(AlertJson.Of(alert).Span)!["output_fields"]!["proc.args"]!).ToList();

        Assert.Contains(arguments, text => text.Contains("ünï 漢字 😀 \"q\" back\\slash", StringComparison.Ordinal));
        Assert.Contains(arguments, text => text.Contains('\uFFFD', StringComparison.Ordinal));
    }

    [Fact]
    public void DoesNotBelieveAProcess_ThatWritesAnAlertOfItsOwn()
    {
        var message = response.Parser.ParseFrom(Recordings.Messages("falco/grpc-0.43.1.raw.hex")[0]);
        message.Output = """{"hostname":"vm","output":"all is well","priority":"Debug","rule":"Nothing","source":"syscall","time":"2026-11-24T04:10:39Z"}""";

        var json = JsonNode.Parse(AlertJson.Of(FalcoAlert.FromProtobuf(message.ToByteArray())).Span)!;

        Assert.Equal("Launch Sensitive Mount Container", (string)json["rule"]!);
        Assert.Equal(message.Output, (string)json["output"]!);
    }

    [Theory]
    [InlineData("a\u0001\u001b\u007f\t\b", "\"a\\u0001\\u001b\u007f\\t\\b\"")]
    [InlineData("</script>é\u2028😀", "\"</script>é\u2028😀\"")]
    [InlineData("\"\\/", "\"\\\"\\\\/\"")]
    public void EscapesNoMoreThanFalcoDoes(string text, string json)
    {
        var message = new response { Rule = "R", Output = text, Source = "internal" };

        Assert.Contains($"\"output\":{json},", JsonOf(FalcoAlert.FromProtobuf(message.ToByteArray())), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("proc.pid", "12", "12")]
    [InlineData("proc.pid", "0x12", "\"0x12\"")]
    [InlineData("proc.pid", "<NA>", "null")]
    [InlineData("user.name", "<NA>", "\"<NA>\"")]
    [InlineData("user.loginuid", "-1", "-1")]
    [InlineData("container.image.tag", "1.35", "\"1.35\"")]
    [InlineData("container.privileged", "true", "true")]
    [InlineData("proc.name", "true", "\"true\"")]
    [InlineData("scap.evts_rate_sec", "648.0", "648.0")]
    [InlineData("falco.version", "0.43.1", "\"0.43.1\"")]
    [InlineData("proc.apid[2]", "7", "7")]
    public void GivesAFieldTheKindThatFalcoGivesIt(string name, string value, string json)
    {
        var message = new response { Rule = "R", Output = "o", Source = "syscall" };
        message.OutputFields[name] = value;

        Assert.Contains($"{{\"{name}\":{json}}}", JsonOf(FalcoAlert.FromProtobuf(message.ToByteArray())), StringComparison.Ordinal);
    }

    [Fact]
    public void HasAnEmptyListOfTags_WhenTheRuleHasNone()
    {
        var message = new response { Rule = "R", Output = "o", Source = "syscall" };

        Assert.Contains(",\"tags\":[],", JsonOf(FalcoAlert.FromProtobuf(message.ToByteArray())), StringComparison.Ordinal);
    }

    private static string JsonOf(FalcoAlert alert) => Encoding.UTF8.GetString(AlertJson.Of(alert).Span);

    /// <summary>The same alert from a Falco with <c>json_output: false</c>.</summary>
    private static FalcoAlert WithPlainOutput(byte[] recorded)
    {
        var message = response.Parser.ParseFrom(recorded);
        message.Output = (string)JsonNode.Parse(message.Output)!["output"]!;
        return FalcoAlert.FromProtobuf(message.ToByteArray());
    }
}
