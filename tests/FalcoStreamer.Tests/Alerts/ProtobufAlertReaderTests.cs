using System.Text.Json.Nodes;
using FalcoStreamer.Alerts;
using FalcoStreamer.Protos.Falco.Outputs;
using FalcoStreamer.Tests.Support;
using Google.Protobuf;

namespace FalcoStreamer.Tests.Alerts;

public sealed class ProtobufAlertReaderTests
{
    private static readonly byte[] Recorded = Recordings.Messages("falco/grpc-0.43.1.raw.hex")[0];

    [Theory]
    [InlineData("falco/grpc-0.43.1.raw.hex", "falco/grpc-0.43.1.jsonl", 245)]
    [InlineData("falco/grpc-internal-metrics-0.43.1.raw.hex", "falco/grpc-internal-metrics-0.43.1.jsonl", 4)]
    [InlineData("falco/grpc-mtls-0.43.1.raw.hex", "falco/grpc-mtls-jsonoutput-0.43.1.jsonl", 6)]
    [InlineData("falco/grpc-utf8-0.43.1.raw.hex", "falco/grpc-utf8-0.43.1.jsonl", 1)]
    public void ReadsWhatFalcoSent_AsTheRecorderDecodedIt(string raw, string decoded, int count)
    {
        var messages = Recordings.Messages(raw);
        var lines = Recordings.Lines(decoded);

        Assert.Equal(count, lines.Count);
        Assert.All(messages.Zip(lines), pair => AssertSame(pair.Second, FalcoAlert.FromProtobuf(pair.First)));
    }

    [Fact]
    public void ReadsWhatFalcoSent_AsGeneratedCodeDoes()
    {
        foreach (var message in Recordings.Messages("falco/grpc-0.43.1.raw.hex"))
        {
            var expected = response.Parser.ParseFrom(message);

            var alert = FalcoAlert.FromProtobuf(message);

            Assert.Equal((expected.Time.Seconds * 1_000_000_000) + expected.Time.Nanos, alert.Time.UnixNanoseconds);
            Assert.Equal((int)expected.Priority, (int)alert.Priority);
            Assert.Equal(expected.Rule, alert.Rule);
            Assert.Equal(expected.Source, alert.SourceText.ToString());
            Assert.Equal(expected.Hostname, alert.HostnameText.ToString());
            Assert.Equal(expected.Tags, alert.Tags.Select(tag => tag.ToString()));
            Assert.All(expected.OutputFields, field => Assert.Equal(field.Value == "<NA>" ? null : field.Value, alert.Field(field.Key).ToStringOrNull()));
        }
    }

    [Fact]
    public void KeepsBytesThatAreNotUtf8_WhichGeneratedCodeRefuses()
    {
        var message = Recordings.Messages("falco/grpc-utf8-0.43.1.raw.hex")[1];

        var alert = FalcoAlert.FromProtobuf(message);

        Assert.Throws<InvalidProtocolBufferException>(() => response.Parser.ParseFrom(message));
        Assert.Equal(21, alert.Field("proc.args").Span.Length);
        Assert.True(alert.Field("proc.args"u8).Span.EndsWith((ReadOnlySpan<byte>)[0xFF, 0xFE, (byte)' ', (byte)'e', (byte)'n', (byte)'d']));
        Assert.Equal("lab-marker-bad \uFFFD\uFFFD end", alert.Field("proc.args").ToString());
        Assert.StartsWith("04:17:43.005222585: Informational lab marker (args=lab-marker-bad \uFFFD\uFFFD end", alert.Sentence.ToString(), StringComparison.Ordinal);
        Assert.Equal("Lab Host Marker", alert.Rule);
        Assert.Equal(["alpha", "lab", "zeta"], alert.Tags.Select(tag => tag.ToString()));
    }

    [Fact]
    public void ReadsOrSaysWhyNot_WhereverAMessageBreaksOff()
    {
        for (var length = 0; length < Recorded.Length; length++)
        {
            AssertReadsOrRefuses(Recorded[..length]);
        }
    }

    [Fact]
    public void ReadsOrSaysWhyNot_WhicheverByteIsChanged()
    {
        for (var at = 0; at < Recorded.Length; at++)
        {
            foreach (var value in (byte[])[0x00, 0x7F, 0x80, 0xFF, (byte)(Recorded[at] ^ 1)])
            {
                var changed = (byte[])Recorded.Clone();
                changed[at] = value;
                AssertReadsOrRefuses(changed);
            }
        }
    }

    [Theory]
    [InlineData("22FFFFFFFF0F", "a length of 4 GiB")]
    [InlineData("22FFFFFFFFFFFFFFFFFF01", "a length of 2^64 - 1")]
    [InlineData("22FFFFFFFFFFFFFFFFFFFF01", "a length that never ends")]
    [InlineData("220561", "a length beyond the end")]
    [InlineData("220161320AFF", "a field beyond the end")]
    [InlineData("2201613204120561FF", "a value beyond its field")]
    [InlineData("2201612B", "a group's begin (wire type 3)")]
    [InlineData("2201612C", "a group's end (wire type 4)")]
    [InlineData("2201612E", "wire type 6")]
    [InlineData("2201612F", "wire type 7")]
    [InlineData("2201610000", "member 0")]
    [InlineData("220161F8FFFFFFFF01", "a member's number beyond 32 bits")]
    [InlineData("2201615100", "eight bytes that are one")]
    [InlineData("2201615500", "four bytes that are one")]
    [InlineData("2201611063", "priority 99")]
    [InlineData("22016110FFFFFFFFFFFFFFFFFF01", "priority -1")]
    [InlineData("2201610A0A08FFFFFFFFFFFFFFFF7F", "seconds beyond 2262")]
    [InlineData("2201610A0B08FFFFFFFFFFFFFFFFFF01", "seconds before 1970")]
    [InlineData("2201610A0610FFFFFFFF07", "two seconds of nanoseconds")]
    [InlineData("2201610A0B10FFFFFFFFFFFFFFFFFF01", "negative nanoseconds")]
    [InlineData("", "nothing")]
    [InlineData("2A0161", "no rule")]
    public void Refuses(string hex, string what)
    {
        var exception = Assert.Throws<AlertFormatException>(() => FalcoAlert.FromProtobuf(Convert.FromHexString(hex)));

        Assert.False(string.IsNullOrWhiteSpace(exception.Message), what);
    }

    [Fact]
    public void SkipsMembersItDoesNotKnow()
    {
        // Members 30 to 33 in the four wire types that there are, and member 3, the deprecated source.
        var message = Convert.FromHexString("2201611801" + "F00105" + "F9010102030405060708" + "8202026162" + "8D0201020304");

        Assert.Equal("a", FalcoAlert.FromProtobuf(message).Rule);
    }

    [Fact]
    public void ReadsAFieldWithoutNameOrValue_AsEmpty()
    {
        var alert = FalcoAlert.FromProtobuf(Convert.FromHexString("220161" + "3200" + "32030A0162"));

        Assert.Equal(string.Empty, alert.Field("b").ToStringOrNull());
        Assert.Equal(string.Empty, alert.Field(string.Empty).ToStringOrNull());
    }

    private static void AssertReadsOrRefuses(byte[] message)
    {
        FalcoAlert alert;
        try
        {
            alert = FalcoAlert.FromProtobuf(message);
        }
        catch (AlertFormatException)
        {
            return;
        }

        // What has been read can also be shown.
        _ = $"{alert} {alert.Sentence} {alert.SourceText} {alert.HostnameText} {alert.Id}";
        foreach (var field in alert.Fields)
        {
            _ = $"{field.Name} {field.Value}";
        }
    }

    private static void AssertSame(JsonNode line, FalcoAlert alert)
    {
        Assert.Equal(line["time"]!.GetValue<string>(), alert.Time.ToString());
        Assert.Equal(line["priority"]!.GetValue<string>(), alert.Priority.Word().ToUpperInvariant());
        Assert.Equal(line["rule"]!.GetValue<string>(), alert.Rule);
        Assert.Equal(line["source"]!.GetValue<string>(), alert.SourceText.ToString());
        Assert.Equal(line["hostname"]!.GetValue<string>(), alert.HostnameText.ToString());
        Assert.Equal(line["tags"]?.AsArray().Select(tag => tag!.GetValue<string>()) ?? [], alert.Tags.Select(tag => tag.ToString()));

        var output = line["output"]!.GetValue<string>();
        var sentence = output.StartsWith('{') ? JsonNode.Parse(output)!["output"]!.GetValue<string>() : output;
        Assert.Equal(sentence, alert.Sentence.ToString());

        var expected = line["output_fields"]!.AsObject().Where(field => field.Value!.GetValue<string>() != "<NA>").ToList();
        Assert.All(expected, field => Assert.Equal(field.Value!.GetValue<string>(), alert.Field(field.Key).ToStringOrNull()));
        Assert.All(
            line["output_fields"]!.AsObject().Where(field => field.Value!.GetValue<string>() == "<NA>"),
            field => Assert.False(alert.Field(field.Key).IsPresent));
        var names = new List<string>();
        foreach (var field in alert.Fields)
        {
            Assert.Equal(FieldKind.Text, field.Kind);
            names.Add(field.Name.ToString());
        }

        Assert.Equal(expected.Select(field => field.Key).Order(StringComparer.Ordinal), names.Order(StringComparer.Ordinal));
    }
}
