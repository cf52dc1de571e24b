using System.IO.Compression;
using System.Text;
using FalcoStreamer.Alerts;
using FalcoStreamer.Sources;
using FalcoStreamer.Sources.Replay;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Sources;

public sealed class ReplaySourceTests
{
    private const string One = """{"rule":"one","priority":"Warning","time":"2025-01-01T10:00:00Z","output":"o"}""";
    private const string Two = """{"rule":"two","priority":"Notice","time":"2025-01-01T10:00:01Z","output":"o","output_fields":{"a":"]},{[\"\\"}}""";

    private readonly List<string> _told = [];
    private readonly ReplayFindings _findings;

    public ReplaySourceTests() => _findings = new ReplayFindings(_told.Add);

    [Theory]
    [InlineData($"{One}\n{Two}\n")]
    [InlineData($"{One}\r\n\r\n{Two}")]
    [InlineData($"[{One},{Two}]")]
    [InlineData($"\n [\n {One} ,\n {Two}\n]\n")]
    [InlineData($"2025-01-01T10:00:00.1Z stdout F {One}\n2025-01-01T10:00:00.1+02:00 stdout F {Two}\n")]
    public async Task ReadsLinesListsAndTheRuntimesLines(string text)
    {
        var alerts = await ReadAsync(text);

        Assert.Equal(["one", "two"], alerts.Select(alert => alert.Rule));
        Assert.Empty(_told);
        Assert.Equal(0, _findings.OtherLines);
    }

    [Fact]
    public async Task ReadsBothOfTheRecordedForms()
    {
        var lines = string.Join('\n', Recordings.HttpBodies().Select(body => Encoding.UTF8.GetString(body)));

        var fromLines = await ReadAsync(lines);
        var fromList = await ReadAsync($"[{lines.Replace('\n', ',')}]");
        var zipped = await ReadAsync(Zip(Encoding.UTF8.GetBytes(lines)), "alerts.jsonl.gz");

        Assert.Equal(249, fromLines.Count);
        Assert.Equal(fromLines.Select(alert => alert.Id), fromList.Select(alert => alert.Id));
        Assert.Equal(fromLines.Select(alert => alert.Id), zipped.Select(alert => alert.Id));
    }

    [Fact]
    public async Task JoinsSplitLines_WhenPartsOfTheOtherStreamLieBetweenThem()
    {
        var text = $"""
            2025-01-01T10:00:00Z stdout P {One[..20]}
            2025-01-01T10:00:00Z stderr P half of a warning
            2025-01-01T10:00:00Z stdout P {One[20..40]}
            2025-01-01T10:00:00Z stderr F and its end
            2025-01-01T10:00:00Z stdout F {One[40..]}
            2025-01-01T10:00:00Z stdout F {Two}
            """;

        var alerts = await ReadAsync(text);

        Assert.Equal(["one", "two"], alerts.Select(alert => alert.Rule));
        Assert.Equal(2, _findings.OtherLines);
    }

    [Fact]
    public async Task SkipsAndCountsOtherLogLines()
    {
        var alerts = await ReadAsync($"Tue Nov 24 04:10:39 2026: Falco version: 0.43.1\n[info] loading\n{One}\n");

        Assert.Single(alerts);
        Assert.Equal(2, _findings.OtherLines);
        Assert.Equal(0, _findings.BadLines);
    }

    [Theory]
    [InlineData("""{"rule":"x","priority":"Warn""", "a.jsonl:2: not valid JSON at byte 28")]
    [InlineData("""[{"rule":"x"}]""", "a.jsonl:2: an alert is a JSON object, this is a list")]
    [InlineData("""{"rule":"x","priority":"Loud","time":"2025-01-01T10:00:00Z"}""", "a.jsonl:2: \"priority\" is \"Loud\"; Falco has Emergency, Alert")]
    [InlineData("""{"rule":"x","priority":"Error","time":"yesterday"}""", "a.jsonl:2: \"time\" is \"yesterday\"; Falco writes RFC 3339")]
    [InlineData("""{"level":"info","msg":"started"}""", "a.jsonl:2: the object has no \"rule\"")]
    [InlineData("""{"rule":"x","priority":"Error","time":"2025-01-01T10:00:00Z","output_fields":[]}""", "a.jsonl:2: \"output_fields\" must be an object, this is a list")]
    public async Task NamesTheLineAndTheRemedy_WhenALineIsNoAlert(string line, string problem)
    {
        var alerts = await ReadAsync($"{One}\n{line}\n{Two}\n");

        Assert.Equal(["one", "two"], alerts.Select(alert => alert.Rule));
        Assert.StartsWith(problem, Assert.Single(_told), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TellsABrokenList_WhenTheFileIsNotWhole()
    {
        var alerts = await ReadAsync($"[\n{One},\n{Two[..30]}");

        Assert.Single(alerts);
        Assert.Equal("a.jsonl:3: the list breaks off here: the file is not whole", Assert.Single(_told));
    }

    [Fact]
    public async Task TellsEveryItemOfAListThatIsNoAlert()
    {
        var alerts = await ReadAsync($"[{One},\n5,\n\"text\", [1,2], {Two}]");

        Assert.Equal(2, alerts.Count);
        Assert.Equal(3, _findings.BadLines);
        Assert.Equal("a.jsonl:2: an alert is a JSON object, this is a number", _told[0]);
    }

    [Theory]
    [InlineData("{0}\n{1}\n{2}")]
    [InlineData("[{0},\n{1},\n{2}]")]
    public async Task LeavesALineOutThatIsLongerThanAnyAlert_AndStaysSmall(string form)
    {
        var huge = $$"""{"rule":"x","output":"{{new string('x', 50_000_000)}}"}""";
        var text = form.Replace("{0}", One, StringComparison.Ordinal).Replace("{1}", huge, StringComparison.Ordinal).Replace("{2}", Two, StringComparison.Ordinal);
        var bytes = Encoding.UTF8.GetBytes(text);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var alerts = await ReadAsync(bytes, "a.jsonl");

        Assert.Equal(["one", "two"], alerts.Select(alert => alert.Rule));
        Assert.Equal("a.jsonl:2: it is longer than 8 MiB, which no alert is; it was left out", Assert.Single(_told));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 40_000_000);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n  \n")]
    [InlineData("[]")]
    public async Task FindsNothing_WhenThereIsNothing(string text)
    {
        Assert.Empty(await ReadAsync(text));
        Assert.Empty(_told);
    }

    [Fact]
    public async Task TellsDamagedCompressedData_AndKeepsWhatCameBefore()
    {
        var whole = Zip(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat($"{One}\n", 5_000))));
        whole[whole.Length / 2] ^= 0xFF;

        var alerts = await ReadAsync(whole, "a.jsonl.gz");

        Assert.InRange(alerts.Count, 0, 4_999);
        Assert.NotEmpty(_told);
    }

    [Fact]
    public async Task TellsThatAFileIsNoGzip()
    {
        Assert.Empty(await ReadAsync(Encoding.UTF8.GetBytes(One), "a.gz"));
        Assert.Contains("this is not gzip data", Assert.Single(_told), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ShowsAHundredBadLinesAndCountsAll()
    {
        await ReadAsync(string.Concat(Enumerable.Repeat("{\n", 500)));

        Assert.Equal(500, _findings.BadLines);
        Assert.Equal(101, _told.Count);
    }

    private static byte[] Zip(byte[] bytes)
    {
        var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return zipped.ToArray();
    }

    private Task<List<FalcoAlert>> ReadAsync(string text) => ReadAsync(Encoding.UTF8.GetBytes(text), "a.jsonl");

    private async Task<List<FalcoAlert>> ReadAsync(byte[] bytes, string name)
    {
        var alerts = new List<FalcoAlert>();
        var source = new ReplaySource(name, () => new MemoryStream(bytes), _findings);
        await foreach (var alert in source.ReadAsync(TestContext.Current.CancellationToken))
        {
            alerts.Add(alert);
        }

        return alerts;
    }
}
