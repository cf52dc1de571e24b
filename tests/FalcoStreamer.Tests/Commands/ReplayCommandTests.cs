using System.Text;
using System.Text.Json.Nodes;
using FalcoStreamer.Commands;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Commands;

public sealed class ReplayCommandTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("replay");
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task AccountsForEveryRecordedAlert()
    {
        var code = await RunAsync("replay", HttpFile(), "--pods", PodsFile(), "--output", "json");

        Assert.Equal(ExitCode.Done, code);
        Assert.Equal(249, Incidents().Sum(incident => incident["count"]!.GetValue<long>()));
        Assert.StartsWith("249 alerts, ", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FindsThePodsOfTheRecording()
    {
        await RunAsync("replay", HttpFile(), "--pods", PodsFile(), "--output", "json");

        var web = Incidents().First(incident => incident["subject"]!["containerId"]?.GetValue<string>() == "57b1159a4c33")["subject"]!;
        Assert.Equal("Pod", web["kind"]!.GetValue<string>());
        Assert.Equal("web-0", web["name"]!.GetValue<string>());
        Assert.Equal("a7cf2daa-6285-4080-808b-6a3d7124d0ad", web["uid"]!.GetValue<string>());
        Assert.Equal("live", web["resolution"]!.GetValue<string>());
        Assert.Contains(Incidents(), incident => incident["subject"]!["resolution"]!.GetValue<string>() == "falco");
        Assert.Contains(Incidents(), incident => incident["subject"]!["kind"]!.GetValue<string>() == "Node");
    }

    [Fact]
    public async Task GivesTheSameBytesOnEveryRun()
    {
        await RunAsync("replay", HttpFile(), "--pods", PodsFile(), "--output", "json");
        var first = _output.ToString();
        _output.GetStringBuilder().Clear();

        await RunAsync("replay", HttpFile(), "--pods", PodsFile(), "--output", "json");

        Assert.Equal(first, _output.ToString());
    }

    [Theory]
    [InlineData("json")]
    [InlineData("markdown")]
    [InlineData("events")]
    public async Task JudgesTheSeedsAlertBenignAndItsImitationSuspicious(string format)
    {
        var code = await RunAsync("replay", Sample("alerts.jsonl"), "--pods", Sample("pods.json"), "--output", format);

        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("Calico cleans up its temporary network interface at start: harmless", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("; curl -s http", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task GivesIncidentsInTheOrderOfTheirFirstAlerts()
    {
        await RunAsync("replay", HttpFile(), "--pods", PodsFile(), "--output", "json");

        // Falco's own order is that of the file, where a metrics snapshot may carry a time slightly before its neighbours'.
        var expected = Recordings.HttpAlerts().Select(alert => alert.Id.ToString()).ToList();
        var firsts = Incidents().Select(incident => expected.IndexOf(incident["alerts"]![0]!.GetValue<string>())).ToList();
        Assert.Equal(firsts.Order(), firsts);
        Assert.Equal(expected.Count, Incidents().Sum(incident => incident["alerts"]!.AsArray().Count));
    }

    [Fact]
    public async Task LeavesOutWhatIsLessWorrying_WhenAskedTo()
    {
        await RunAsync("replay", Sample("alerts.jsonl"), "--pods", Sample("pods.json"), "--output", "json", "--min-verdict", "suspicious");

        Assert.All(Incidents(), incident => Assert.Equal("suspicious", incident["verdict"]!.GetValue<string>()));
        Assert.NotEmpty(Incidents());
    }

    [Theory]
    [InlineData("replay")]
    [InlineData("replay", "a", "--output", "xml")]
    [InlineData("replay", "a", "--min-verdict", "bad")]
    [InlineData("replay", "a", "--colour")]
    [InlineData("rpelay", "a")]
    public async Task EndsWith64_WhenTheCommandLineIsWrong(params string[] args)
    {
        Assert.Equal(ExitCode.Usage, await RunAsync(args));
        Assert.Contains("see --help", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EndsWith65AndDoesTheGoodLines_WhenOthersAreNoAlerts()
    {
        var file = Write("a.jsonl", $$"""
            {"rule":"one","priority":"Warning","time":"2025-01-01T10:00:00Z"}
            {"rule":"half
            [1]
            {"rule":"two","priority":"Warning","time":"2025-01-01T10:00:01Z"}
            """);

        var code = await RunAsync("replay", file, "--output", "json");

        Assert.Equal(ExitCode.BadInput, code);
        Assert.Equal(["one", "two"], Incidents().Select(incident => incident["rule"]!.GetValue<string>()));
        Assert.Contains($"{file}:2: not valid JSON", _errors.ToString(), StringComparison.Ordinal);
        Assert.Contains($"{file}:3: an alert is a JSON object, this is a list", _errors.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing.jsonl", null, "missing.jsonl")]
    [InlineData(".", null, "directory")]
    [InlineData("a.jsonl", "missing.json", "missing.json")]
    [InlineData("a.jsonl", ".", "directory")]
    [InlineData("a.jsonl", "a.jsonl", "kubectl get pods -A -o json")]
    [InlineData("a.jsonl", "empty.json", "empty.json")]
    public async Task EndsWith66_WhenAFileIsMissingOrNotWhatItShouldBe(string alerts, string? pods, string word)
    {
        Write("a.jsonl", """{"rule":"one","priority":"Warning","time":"2025-01-01T10:00:00Z"}""");
        Write("empty.json", "");
        string[] args = ["replay", Path.Combine(_directory.FullName, alerts), .. pods is null ? Array.Empty<string>() : ["--pods", Path.Combine(_directory.FullName, pods)]];

        Assert.Equal(ExitCode.NoInput, await RunAsync(args));
        Assert.Contains(word, _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SaysWhatIsMissing_WhenAFileIsEmpty()
    {
        Assert.Equal(ExitCode.Done, await RunAsync("replay", Write("a.jsonl", "")));
        Assert.Contains("a.jsonl: holds no alerts; Falco writes them", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EndsWith74_WhenTheOutputCannotBeWritten()
    {
        var code = await new CommandLine(new FullDisk(), _errors, isTerminal: false).InvokeAsync(
            ["replay", Sample("alerts.jsonl"), "--pods", Sample("pods.json")]);

        Assert.Equal(ExitCode.NoOutput, code);
        Assert.Contains("the output cannot be written: No space left", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EndsWith78_WhenTheKnowledgeIsWrong()
    {
        Write("mine.yaml", "schema: falcostreamer/behaviours/v1\nbehaviors: []\n");

        Assert.Equal(ExitCode.Configuration, await RunAsync("replay", Sample("alerts.jsonl"), "--knowledge", _directory.FullName));
        Assert.Contains("mine.yaml:2: \"behaviors\" is not known here", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EndsWith78AndNamesTheNearestKey_WhenTheConfigurationHasAnother()
    {
        var file = Write("agent.json", """{ "correlation": { "quietPeriods": "00:00:10" } }""");

        Assert.Equal(ExitCode.Configuration, await RunAsync("replay", Sample("alerts.jsonl"), "--config", file));
        Assert.Contains("there is no key \"correlation.quietPeriods\"; did you mean \"quietPeriod\"?", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TellsItsVersion()
    {
        Assert.Equal(ExitCode.Done, await RunAsync("--version"));
        Assert.Matches(@"^\d+\.\d+\.\d+", _output.ToString());
    }

    private static string Sample(string name) => Path.Combine(AppContext.BaseDirectory, "samples", name);

    private static string PodsFile() => Recordings.PathOf("kubernetes/node1/pods-list.json");

    private string HttpFile()
    {
        using var lines = new MemoryStream();
        foreach (var body in Recordings.HttpBodies())
        {
            lines.Write(body);
            lines.WriteByte((byte)'\n');
        }

        var file = Path.Combine(_directory.FullName, "http.jsonl");
        File.WriteAllBytes(file, lines.ToArray());
        return file;
    }

    private string Write(string name, string text)
    {
        var file = Path.Combine(_directory.FullName, name);
        File.WriteAllText(file, text);
        return file;
    }

    private Task<int> RunAsync(params string[] args) => new CommandLine(_output, _errors, isTerminal: false).InvokeAsync(args);

    private List<JsonNode> Incidents() =>
        [.. _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];

    private sealed class FullDisk : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => throw new IOException("No space left on device");

        public override void Write(StringBuilder? value) => throw new IOException("No space left on device");
    }
}
