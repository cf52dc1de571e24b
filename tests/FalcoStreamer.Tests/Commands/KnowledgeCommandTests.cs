using FalcoStreamer.Commands;

namespace FalcoStreamer.Tests.Commands;

public sealed class KnowledgeCommandTests : IDisposable
{
    private const string Head = "schema: falcostreamer/behaviours/v1\nbehaviours:\n";

    private const string Sound = """
        - id: nightly-backup
          title: The nightly backup dumps the database
          nature: harmless
          headline: "The nightly backup reads {container}: harmless"
          why: It does so every night.
          when: [{field: alert.proc.cmdline, in: ["pg_dump -Fc app"], weight: 4}]
        """;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("knowledge");
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task ListsBehavioursAndRules_WithWhereTheyComeFrom()
    {
        Write("mine.yaml", Head + Sound);

        Assert.Equal(ExitCode.Done, await RunAsync("list", "--knowledge", _directory.FullName));

        var lines = _output.ToString().Split('\n');
        Assert.Contains(lines, line => line.StartsWith("behaviour  calico-felix-xdp-tag ", StringComparison.Ordinal) && line.Contains(" harmless ") && line.Contains(" shipped "));
        Assert.Contains(lines, line => line.StartsWith("behaviour  nightly-backup ", StringComparison.Ordinal) && line.Contains("mine.yaml"));
        Assert.Contains("rule       Terminal shell in container  (stable, shipped)", lines);
    }

    [Theory]
    [InlineData("calico-felix-xdp-tag", "- id: calico-felix-xdp-tag", "id: calico-confd-check-reload")]
    [InlineData("Terminal shell in container", "- rule: Terminal shell in container", "- rule: Contact K8S API Server From Container")]
    public async Task ShowsOneEntryAsItIsWritten(string id, string own, string other)
    {
        Assert.Equal(ExitCode.Done, await RunAsync("show", id));

        Assert.StartsWith("# shipped, ", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains(own, _output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(other, _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NamesTheNearest_WhenAnIdIsNotKnown()
    {
        Assert.Equal(ExitCode.Usage, await RunAsync("show", "exec-prob"));

        Assert.Contains("the nearest is \"exec-probe\"", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FindsNothingToSay_WhenADirectoryIsSound()
    {
        Write("mine.yaml", Head + Sound);

        Assert.Equal(ExitCode.Done, await RunAsync("validate", _directory.FullName));

        Assert.Contains("1 files, 0 of them wrong; 1 behaviours and 0 rules are sound", _output.ToString(), StringComparison.Ordinal);
        Assert.Empty(_errors.ToString());
    }

    [Fact]
    public async Task NamesEveryWrongFile_AndTheSoundOnesStillCount()
    {
        Write("a.yaml", Head + Sound.Replace("harmless\n", "harmles\n", StringComparison.Ordinal));
        Write("b.yaml", Head + Sound);
        Write("c.yaml", "schema: falcostreamer/rules/v1\nrules:\n- {rule: mine}\n");

        Assert.Equal(ExitCode.Fault, await RunAsync("validate", _directory.FullName));

        Assert.Contains("a.yaml:3:", _errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("c.yaml:3:", _errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("3 files, 2 of them wrong; 1 behaviours", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EndsWith66_WhenTheDirectoryIsNotThere()
    {
        Assert.Equal(ExitCode.NoInput, await RunAsync("validate", "/nowhere"));
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_directory.FullName, name), text);

    private Task<int> RunAsync(params string[] arguments) => new CommandLine(_output, _errors, isTerminal: false).InvokeAsync(["knowledge", .. arguments]);
}
