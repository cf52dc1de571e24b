using System.Text.Json.Nodes;
using FalcoStreamer.Commands;
using FalcoStreamer.Sinks.Otlp;
using FalcoStreamer.Sources;
using FalcoStreamer.Storage;
using FalcoStreamer.Storage.Sqlite;
using FalcoStreamer.Tests.Sinks.Otlp;
using FalcoStreamer.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace FalcoStreamer.Tests.Commands;

public sealed class InboxCommandTests : IAsyncLifetime
{
    private readonly ScratchDirectory _directory = new();
    private readonly Support.TelemetryProbe _probe = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();
    private SqliteStorage _agent = null!;

    public async ValueTask InitializeAsync() =>
        _agent = await SqliteStorage.OpenAsync(new StorageOptions { Path = _directory.Path }, new FakeTimeProvider(), _probe.Telemetry);

    public async ValueTask DisposeAsync()
    {
        await _agent.DisposeAsync();
        _probe.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task ListsWhatWaits_WhileTheAgentRuns()
    {
        var accepted = await _agent.AcceptAsync(new AlertBatch([Some.Alert("A"), Some.Alert("B")]), "http", Some.Time);
        await CommitAsync(accepted[1], incident: "0123");

        Assert.Equal(0, await InvokeAsync("list"));

        var lines = Lines();
        Assert.Equal(["alert", "alert", "record"], lines.Select(line => line["kind"]!.GetValue<string>()));
        Assert.Equal(["not judged", "kept for its incident", "not sent"], lines.Select(line => line["state"]!.GetValue<string>()));
        Assert.Equal(("A", "http"), (lines[0]["rule"]!.GetValue<string>(), lines[0]["source"]!.GetValue<string>()));
        Assert.Equal(("otlp", "falco.alert"), (lines[2]["sink"]!.GetValue<string>(), lines[2]["event"]!.GetValue<string>()));
        Assert.All(lines, line => Assert.False(line.AsObject().ContainsKey("alert") || line.AsObject().ContainsKey("record")));
    }

    [Fact]
    public async Task ShowsOneWhole()
    {
        var accepted = await _agent.AcceptAsync(new AlertBatch([Some.Alert("A")]), "http", Some.Time);
        await CommitAsync(accepted[0], incident: null);

        Assert.Equal(0, await InvokeAsync("show", Some.Alert("A").Id.ToString()));

        var record = Assert.Single(Lines())["record"]!;
        Assert.Equal("A", record["attributes"]!["security_rule.name"]!.GetValue<string>());
    }

    [Fact]
    public async Task ExportsEverythingAsItCame_HoweverItCame()
    {
        var alerts = Recordings.GrpcAlerts().Concat(Recordings.HttpAlerts()).ToList();
        await _agent.AcceptAsync(new AlertBatch(alerts), "http", Some.Time);

        Assert.Equal(0, await InvokeAsync("export"));

        var read = Lines().Select(line => FalcoStreamer.Alerts.FalcoAlert.FromJson(System.Text.Encoding.UTF8.GetBytes(line["alert"]!.ToJsonString())));
        Assert.Equal(alerts.Count, read.Select(alert => alert.Time).Count());
        Assert.Equal(alerts.Select(alert => alert.Rule), read.Select(alert => alert.Rule));
    }

    [Fact]
    public async Task SaysSo_WhenNothingHasTheId()
    {
        Assert.Equal(64, await InvokeAsync("show", "nothing"));
        Assert.Contains("falcostreamer inbox list", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NamesAFileThatCannotBeRead_AndReadsTheOthers()
    {
        await _agent.AcceptAsync(new AlertBatch([Some.Alert("A")]), "http", Some.Time);
        await File.WriteAllTextAsync(_directory.File("alerts-0.db"), "no database, but long enough to be taken for one", TestContext.Current.CancellationToken);

        Assert.Equal(65, await InvokeAsync("list"));

        Assert.Single(Lines());
        Assert.Contains("alerts-0.db", _errors.ToString(), StringComparison.Ordinal);
    }

    private async Task CommitAsync(ReceivedAlert judged, string? incident)
    {
        using var transport = new FakeTransport();
        using var sink = new OtlpLogSink(transport, OtlpScene.Content(), _probe.Telemetry);
        var turn = new Turn();
        turn.Judged.Add(judged.Number);
        turn.Chunks.AddRange(sink.Encode([OtlpScene.Record(judged.Alert)]));
        if (incident is not null)
        {
            turn.Kept.Add(new KeptAlert(judged.Number, incident));
        }

        await _agent.CommitAsync(turn);
    }

    private Task<int> InvokeAsync(params string[] args) =>
        new CommandLine(_output, _errors, isTerminal: false).InvokeAsync(["inbox", .. args, "--storage", _directory.Path]);

    private List<JsonNode> Lines() =>
        [.. _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
}
