using System.Globalization;
using System.Text;
using FalcoStreamer.Alerts;
using FalcoStreamer.Simulator.Collector;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Sinks.Otlp;

public sealed class OtlpAlertRecordTests
{
    [Theory]
    [InlineData("Emergency", 21)]
    [InlineData("Alert", 19)]
    [InlineData("Critical", 18)]
    [InlineData("Error", 17)]
    [InlineData("Warning", 13)]
    [InlineData("Notice", 10)]
    [InlineData("Informational", 9)]
    [InlineData("Debug", 5)]
    public async Task HasTheSeverityOfFalcosPriority(string priority, int severity)
    {
        var record = await CollectAsync(Some.Alert(priority: Enum.Parse<Priority>(priority)));

        Assert.Equal(severity, (int)record.Record.SeverityNumber);
        Assert.Equal(priority, record.Record.SeverityText);
        Assert.Equal(priority, record.Attributes["falco.priority"].StringValue);
    }

    [Theory]
    [InlineData("proc.ppid", "41", "process.parent_pid", 41)]
    [InlineData("proc.vpid", "7", "process.vpid", 7)]
    [InlineData("fd.rport", "443", "network.peer.port", 443)]
    [InlineData("proc.tty", "34816", "falco.proc.tty", 34816)]
    [InlineData("user.loginuid", "-1", "falco.user.loginuid", -1)]
    public async Task HasANumber_WhereFalcoHasOneThoughItCameAsText(string field, string text, string attribute, long expected)
    {
        var record = await CollectAsync(Some.Alert(fields: [(field, text)]));

        Assert.Equal(expected, record.Attributes[attribute].IntValue);
    }

    [Theory]
    [InlineData("fd.name", "/etc/shadow", "file.path")]
    [InlineData("fd.name", "10.0.0.1:41->10.0.0.2:443", "falco.fd.name")]
    [InlineData("fs.path.name", "/etc/shadow", "file.path")]
    [InlineData("fd.l4proto", "tcp", "network.transport")]
    [InlineData("fd.lip", "10.0.0.1", "network.local.address")]
    [InlineData("proc.pname", "bash", "falco.proc.pname")]
    [InlineData("proc.name", "bash", "falco.proc.name")]
    [InlineData("k8s.pod.name", "web", "falco.k8s.pod.name")]
    [InlineData("source", "mine", "falco.output_fields.source")]
    [InlineData("anything", "else", "falco.anything")]
    public async Task GoesToTheExactCounterpartOrUnderFalco(string field, string value, string attribute)
    {
        var record = await CollectAsync(Some.Alert(fields: [(field, value)]));

        Assert.Equal(value, record.Attributes[attribute].StringValue);
    }

    [Fact]
    public async Task KeepsBothFields_WhenTheyHaveOneCounterpart()
    {
        var record = await CollectAsync(Some.Alert(fields: [("fs.path.name", "/a"), ("fd.name", "/b")]));

        Assert.Equal("/a", record.Attributes["file.path"].StringValue);
        Assert.Equal("/b", record.Attributes["falco.fd.name"].StringValue);
    }

    [Fact]
    public async Task NamesTheExecutableByItsPath()
    {
        var record = await CollectAsync(Some.Alert(fields: [("proc.exepath", "/usr/bin/a-name-that-falco-cuts"), ("proc.name", "a-name-that-fal")]));

        Assert.Equal("a-name-that-falco-cuts", record.Attributes["process.executable.name"].StringValue);
        Assert.Equal("/usr/bin/a-name-that-falco-cuts", record.Attributes["process.executable.path"].StringValue);
    }

    [Fact]
    public async Task KeepsTypesOfFieldsItDoesNotKnow()
    {
        var record = await CollectAsync(Some.Alert(fields: [("x.int", 5), ("x.double", 1.5), ("x.bool", true), ("x.list", new List<int> { 1, 2 }), ("x.text", "5")]));

        Assert.Equal(5, record.Attributes["falco.x.int"].IntValue);
        Assert.Equal(1.5, record.Attributes["falco.x.double"].DoubleValue);
        Assert.True(record.Attributes["falco.x.bool"].BoolValue);
        Assert.Equal("[1,2]", record.Attributes["falco.x.list"].StringValue);
        Assert.Equal("5", record.Attributes["falco.x.text"].StringValue);
    }

    [Fact]
    public async Task KeepsANumberBeyond64BitsAsText()
    {
        var record = await CollectAsync(Some.Alert(fields: [("fd.ino", ulong.MaxValue)]));

        Assert.Equal("18446744073709551615", record.Attributes["falco.fd.ino"].StringValue);
    }

    [Fact]
    public async Task HasTheIdThatFalcosidekickGave()
    {
        var alert = FalcoAlert.FromJson("""{"uuid":"u-1","output":"o","priority":"Error","rule":"r","time":"2025-01-01T10:00:00Z"}"""u8.ToArray());

        var record = await CollectAsync(alert);

        Assert.Equal("u-1", record.Attributes["falco.uuid"].StringValue);
        Assert.DoesNotContain("falco.tags", record.Attributes);
        Assert.DoesNotContain("falco.hostname", record.Attributes);
    }

    [Fact]
    public async Task ShowsControlCharactersInBodyAndCommandLine()
    {
        var record = await CollectAsync(Some.Alert(fields: [("proc.cmdline", "sh\u001b[2J\n-c \u202Egpj"), ("proc.env", "a\nb")]));

        Assert.Equal("sh\\u001b[2J\\n-c \\u202egpj", record.Attributes["process.command_line"].StringValue);
        Assert.Equal("A shell ran (sh\\u001b[2J\\n-c \\u202egpj)", record.Record.Body.StringValue);
        Assert.Equal("a\nb", record.Attributes["falco.proc.env"].StringValue);
    }

    [Fact]
    public async Task HasNoCommandLine_WhenItIsSwitchedOff()
    {
        var alert = Some.Alert(fields: [("proc.args", "-c id"), ("proc.pcmdline", "bash"), ("proc.acmdline[2]", "init"), ("proc.exe", "sh")]);

        var record = await FakeTransport.CollectAsync(OtlpScene.Record(alert), content => content with { IncludeCommandLine = false });

        string[] commandLines = ["process.command_line", "falco.proc.args", "falco.proc.pcmdline", "falco.proc.acmdline[2]"];
        Assert.Empty(record.Attributes.Keys.Intersect(commandLines));
        Assert.Equal("sh", record.Attributes["process.command"].StringValue);
    }

    [Fact]
    public async Task CutsABodyAt16KiB_AndSaysHowMuchIsMissing()
    {
        var sentence = new string('x', 10) + string.Concat(Enumerable.Repeat("漢", 10_000));

        var record = await CollectAsync(Some.Alert(output: sentence));

        var body = record.Record.Body.StringValue;
        var kept = body.IndexOf('…', StringComparison.Ordinal);
        var missing = int.Parse(body.AsSpan(kept + 3, body.IndexOf(" bytes cut]", StringComparison.Ordinal) - kept - 3), CultureInfo.InvariantCulture);
        Assert.InRange(Encoding.UTF8.GetByteCount(body), (16 * 1024) - 40, 16 * 1024);
        Assert.StartsWith(body[..kept], sentence, StringComparison.Ordinal);
        Assert.Equal(Encoding.UTF8.GetByteCount(sentence), Encoding.UTF8.GetByteCount(body[..kept]) + missing);
    }

    [Fact]
    public async Task LeavesAttributesOut_WhenAnAlertHasMoreThanAMegabyteOfThem()
    {
        var huge = new string('y', 100_000);
        var fields = Enumerable.Range(0, 100).Select(index => ($"x.field{index}", (object?)huge)).ToArray();

        var record = await CollectAsync(Some.Alert(fields: fields));

        var kept = record.Attributes.Keys.Count(key => key.StartsWith("falco.x.", StringComparison.Ordinal));
        Assert.Equal(100U, record.Record.DroppedAttributesCount + (uint)kept);
        Assert.InRange(record.Record.CalculateSize(), 1024 * 1024, 1_200_000);
        Assert.EndsWith(" bytes cut]", record.Attributes["falco.x.field0"].StringValue, StringComparison.Ordinal);
    }

    private static Task<CollectedRecord> CollectAsync(FalcoAlert alert) => FakeTransport.CollectAsync(OtlpScene.Record(alert));
}
