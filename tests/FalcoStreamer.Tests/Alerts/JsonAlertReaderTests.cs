using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FalcoStreamer.Alerts;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Alerts;

public sealed class JsonAlertReaderTests
{
    private const string Whole = """{"output":"o","priority":"Warning","rule":"r","time":"2025-01-01T10:00:00Z"}""";

    [Fact]
    public void ReadsWhatFalcoPosted_WithTheKindsOfItsFields()
    {
        var bodies = Recordings.HttpBodies();

        Assert.Equal(249, bodies.Count);
        Assert.All(bodies, body => AssertSame(JsonNode.Parse(body)!.AsObject(), FalcoAlert.FromJson(body)));
    }

    [Fact]
    public void ReadsWhatFalcoLogged()
    {
        foreach (var line in File.ReadLines(Recordings.PathOf("falco/replay-curl_google-stdout-0.43.1.jsonl")))
        {
            var body = Encoding.UTF8.GetBytes(line);

            AssertSame(JsonNode.Parse(body)!.AsObject(), FalcoAlert.FromJson(body));
        }
    }

    [Fact]
    public void GivesEveryKindOfField()
    {
        var alert = Read("""
            {"rule":"r","priority":"error","time":"2025-01-01T10:00:00Z","output_fields":
             {"t":"x","n":-12.5e3,"big":1795493439735521910,"b":true,"l":[1,["a"],{"b":2}],"o":{"a":[]},"null":null,"na":"<NA>","empty":""}}
            """);

        var fields = new List<(string, string, FieldKind)>();
        foreach (var field in alert.Fields)
        {
            fields.Add((field.Name.ToString(), field.Value.ToString(), field.Kind));
        }

        Assert.Equal(
            [
                ("t", "x", FieldKind.Text),
                ("n", "-12.5e3", FieldKind.Number),
                ("big", "1795493439735521910", FieldKind.Number),
                ("b", "true", FieldKind.Boolean),
                ("l", """[1,["a"],{"b":2}]""", FieldKind.List),
                ("o", """{"a":[]}""", FieldKind.List),
                ("empty", "", FieldKind.Text),
            ],
            fields);
        Assert.False(alert.Field("null").IsPresent);
        Assert.False(alert.Field("na").IsPresent);
        Assert.True(alert.Field("empty").IsPresent);
        Assert.False(alert.Field("missing").IsPresent);
    }

    [Theory]
    [InlineData("tab\\t quote\\\" slash\\/ back\\\\slash", "tab\t quote\" slash/ back\\slash")]
    [InlineData("\\b\\f\\n\\r", "\b\f\n\r")]
    [InlineData("\\u00e9\\u6f22 \\ud83d\\ude00", "é漢 😀")]
    [InlineData("\\ud83d", "\uFFFD")]
    [InlineData("\\ude00x", "\uFFFDx")]
    [InlineData("\\ud83d\\ud83d\\ude00", "\uFFFD😀")]
    [InlineData("\\ud83d\\n", "\uFFFD\n")]
    [InlineData("\\u0000", "\0")]
    public void UndoesEscapes(string written, string text)
    {
        var alert = Read($$"""
            {"rule":"{{written}}","output":"{{written}}","hostname":"{{written}}","source":"{{written}}","uuid":"{{written}}","tags":["{{written}}"],
             "priority":"Warning","time":"2025-01-01T10:00:00Z","output_fields":{"f":"{{written}}","{{written}}":"named"}
            }
            """);

        Assert.Equal(text, alert.Rule);
        Assert.Equal(text, alert.Sentence.ToString());
        Assert.Equal(text, alert.HostnameText.ToString());
        Assert.Equal(text, alert.SourceText.ToString());
        Assert.Equal(text, alert.SidekickUuid.ToString());
        Assert.Equal([text], alert.Tags.Select(tag => tag.ToString()));
        Assert.Equal(text, alert.Field("f").ToString());
        Assert.Equal("named", alert.Field(text).ToStringOrNull());
    }

    [Fact]
    public void KnowsItsMembers_WhenTheirNamesAndWordsAreEscaped()
    {
        var alert = Read("""{"r\u0075le":"r","priority":"Warn\u0069ng","time":"2025-01-01T10:00:00\u002B01:00","output_fields":{"proc\u002ename":"sh","x":"<\u004eA>"}}""");

        Assert.Equal("r", alert.Rule);
        Assert.Equal(Priority.Warning, alert.Priority);
        Assert.Equal("2025-01-01T09:00:00.000000000Z", alert.Time.ToString());
        Assert.Equal("sh", alert.Field("proc.name").ToStringOrNull());
        Assert.False(alert.Field("x").IsPresent);
    }

    [Fact]
    public void SurvivesHalfASurrogatePair_InTheNameOfAMemberItDoesNotKnow()
    {
        var alert = Read("""{"\ud800":1,"\ud800\ud800":[],"rule":"r","priority":"Warning","time":"2025-01-01T10:00:00Z","output":"{\"\\ud800\":1,\"output\":\"inner\"}"}""");

        Assert.Equal("inner", alert.Sentence.ToString());
    }

    [Fact]
    public void KeepsBytesThatAreNotUtf8()
    {
        byte[] json = [.. """{"rule":"r","priority":"Warning","time":"2025-01-01T10:00:00Z","output_fields":{"a":"x"""u8, 0xFF, 0xFE, .. "\",\"b\":\"\\n"u8, 0xFF, .. "\"}}"u8];

        var alert = FalcoAlert.FromJson(json);

        Assert.True(alert.Field("a").Span.SequenceEqual((ReadOnlySpan<byte>)[(byte)'x', 0xFF, 0xFE]));
        Assert.Equal("x\uFFFD\uFFFD", alert.Field("a").ToString());
        Assert.Equal("\n\uFFFD", alert.Field("b").ToString());
    }

    [Fact]
    public void KeepsTheUuidOfFalcosidekick_AndMembersItDoesNotKnow()
    {
        var alert = Read("""{"uuid":"11111111-2222-3333-4444-555555555555","more":{"deep":[{"x":1}]},"rule":"r","priority":"Info","time":"2025-01-01T10:00:00Z","tags":null,"output_fields":null,"hostname":null}""");

        Assert.Equal("11111111-2222-3333-4444-555555555555", alert.SidekickUuid.ToString());
        Assert.Equal(Priority.Informational, alert.Priority);
        Assert.Empty(alert.Tags);
        Assert.False(alert.HostnameText.IsPresent);
        Assert.Contains("more"u8.ToArray(), Windows(alert.Bytes, 4));
    }

    [Theory]
    [InlineData("", "not valid JSON")]
    [InlineData("   ", "not valid JSON")]
    [InlineData("Falco initialized", "not valid JSON")]
    [InlineData("[]", "an alert is a JSON object, this is a list")]
    [InlineData("null", "an alert is a JSON object, this is null")]
    [InlineData("\"x\"", "an alert is a JSON object, this is a text")]
    [InlineData("12", "an alert is a JSON object, this is a number")]
    [InlineData("{}", "has no \"rule\"")]
    [InlineData("""{"rule":"r","time":"2025-01-01T10:00:00Z"}""", "has no \"priority\"")]
    [InlineData("""{"rule":"r","priority":"Warning"}""", "has no \"time\"")]
    [InlineData("""{"rule":null,"priority":"Warning","time":"2025-01-01T10:00:00Z"}""", "has no \"rule\"")]
    [InlineData("""{"rule":["r"]}""", "\"rule\" must be a text, this is a list")]
    [InlineData("""{"rule":7}""", "\"rule\" must be a text, this is a number")]
    [InlineData("""{"output":{}}""", "\"output\" must be a text, this is an object")]
    [InlineData("""{"priority":"Loud"}""", "\"priority\" is \"Loud\"; Falco has Emergency, Alert, Critical")]
    [InlineData("""{"priority":4}""", "\"priority\" must be a text, this is a number")]
    [InlineData("""{"time":"yesterday"}""", "\"time\" is \"yesterday\"; Falco writes RFC 3339")]
    [InlineData("""{"time":null}""", "\"time\" is \"\"")]
    [InlineData("""{"time":"\ud800"}""", "\"time\" is \"\\ud800\"")]
    [InlineData("""{"output_fields":[]}""", "\"output_fields\" must be an object, this is a list")]
    [InlineData("""{"output_fields":"x"}""", "\"output_fields\" must be an object, this is a text")]
    [InlineData("""{"tags":{}}""", "\"tags\" must be a list, this is an object")]
    [InlineData("""{"tags":[1]}""", "\"tags\" must hold texts, one is a number")]
    [InlineData("""{"output_fields":{"a":tru}}""", "not valid JSON at byte")]
    [InlineData(Whole + "x", "not valid JSON at byte")]
    [InlineData(Whole + Whole, "not valid JSON at byte")]
    public void Refuses_AndSaysWhatIsWrong(string json, string reason)
    {
        var exception = Assert.Throws<AlertFormatException>(() => Read(json));

        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_WhereverTheLineBreaksOff()
    {
        var body = Recordings.HttpBodies()[0];

        for (var length = 0; length < body.Length; length++)
        {
            Assert.Throws<AlertFormatException>(() => FalcoAlert.FromJson(body.AsMemory(0, length)));
        }
    }

    [Fact]
    public void Refuses_WhatIsNestedWithoutEnd()
    {
        var json = $$"""{"rule":"r","more":{{new string('[', 100_000)}}""";

        Assert.Throws<AlertFormatException>(() => Read(json));
    }

    [Fact]
    public void ShowsNoTerminalEscapes_OfATextItRefuses()
    {
        var exception = Assert.Throws<AlertFormatException>(() => Read("{\"priority\":\"\u202Eevil\u009B31m" + new string('x', 1_000_000) + "\"}"));

        Assert.True(exception.Message.Length < 300);
        Assert.DoesNotContain(exception.Message, character => character is '\u202E' or '\u009B');
    }

    [Theory]
    [InlineData("{", "{")]
    [InlineData("{not json", "{not json")]
    [InlineData("{\\\"a\\\":1}", "{\"a\":1}")]
    [InlineData("{\\\"output\\\":5}", "{\"output\":5}")]
    [InlineData("{\\\"a\\\":{\\\"output\\\":\\\"no\\\"},\\\"output\\\":\\\"yes\\\"}", "yes")]
    [InlineData("[\\\"output\\\"]", "[\"output\"]")]
    public void TakesTheSentenceOutOfJson_OnlyWhereThereIsOne(string output, string sentence)
    {
        var alert = Read($$"""{"rule":"r","priority":"Warning","time":"2025-01-01T10:00:00Z","output":"{{output}}"}""");

        Assert.Equal(sentence, alert.Sentence.ToString());
    }

    private static FalcoAlert Read(string json) => FalcoAlert.FromJson(Encoding.UTF8.GetBytes(json));

    private static IEnumerable<byte[]> Windows(ReadOnlyMemory<byte> bytes, int length) =>
        Enumerable.Range(0, bytes.Length - length).Select(start => bytes.Slice(start, length).ToArray());

    private static void AssertSame(JsonObject body, FalcoAlert alert)
    {
        Assert.Equal(body["time"]!.GetValue<string>(), alert.Time.ToString());
        Assert.Equal(body["priority"]!.GetValue<string>(), alert.Priority.Word());
        Assert.Equal(body["rule"]!.GetValue<string>(), alert.Rule);
        Assert.Equal(body["source"]!.GetValue<string>(), alert.SourceText.ToString());
        Assert.Equal(body["hostname"]?.GetValue<string>(), alert.HostnameText.ToStringOrNull());
        Assert.Equal(body["output"]!.GetValue<string>(), alert.Sentence.ToString());
        Assert.Equal(body["tags"]?.AsArray().Select(tag => tag!.GetValue<string>()) ?? [], alert.Tags.Select(tag => tag.ToString()));

        var expected = body["output_fields"]!.AsObject()
            .Where(field => field.Value is not null && TextOf(field.Value) != "<NA>")
            .Select(field => (field.Key, TextOf(field.Value!), KindOf(field.Value!)));
        var fields = new List<(string, string, FieldKind)>();
        foreach (var field in alert.Fields)
        {
            fields.Add((field.Name.ToString(), field.Value.ToString(), field.Kind));
            Assert.True(alert.Field(field.Name.ToString()).Is(field.Value.Span));
        }

        Assert.Equal(expected, fields);
    }

    private static string TextOf(JsonNode value) =>
        value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();

    private static FieldKind KindOf(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.Number => FieldKind.Number,
        JsonValueKind.True or JsonValueKind.False => FieldKind.Boolean,
        JsonValueKind.Array or JsonValueKind.Object => FieldKind.List,
        _ => FieldKind.Text,
    };
}
