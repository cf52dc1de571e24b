using System.Buffers;
using System.Text;
using System.Text.Json;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Reporting;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Reporting;

public sealed class IncidentJsonTests
{
    [Fact]
    public void IsTheLineThatTheContractShows()
    {
        var line = LineOf(SomeIncidents.Calico());

        Assert.StartsWith(
            """{"schema":"falcostreamer/incident/v1","id":"0123456789abcdef0123456789abcdef","verdict":"benign","confidence":0.97,"behaviour":"calico-felix-xdp-tag","headline":"Calico cleans up its temporary network interface at start: harmless","rule":"Detect Shell in Container","rules":["Detect Shell in Container"],"priority":"Warning","count":2,"firstTime":"2025-01-01T10:00:00.123456789Z","lastTime":"2025-01-01T10:00:00.240000000Z","subject":{"kind":"Pod","namespace":"kube-system","name":"calico-node-x2x9p","uid":"c1c4d7f0-9d5e-4a66-9f0d-2b1f4e0c7a11","container":"calico-node","containerType":"container","containerId":"64fac540e48f","image":"docker.io/calico/node:v3.30.0","node":"node-1","owner":{"kind":"DaemonSet","name":"calico-node"},"resolution":"live"},"evidence":{"for":[{"text":"The command line is exactly one of the two that Felix runs","weight":3},""",
            line,
            StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Situations))]
    public async Task HasEveryMemberInTheContractsOrder(string situation)
    {
        var incident = await ReportSituations.NamedAsync(situation);
        var line = LineOf(incident);

        using var json = JsonDocument.Parse(line);
        Assert.Equal(
            ["schema", "id", "verdict", "confidence", "behaviour", "headline", "rule", "rules", "priority", "count", "firstTime", "lastTime", "subject", "evidence", "actions", "commands", "exception", "attack", "alerts"],
            json.RootElement.EnumerateObject().Select(member => member.Name));
        string[] ofPlugins = incident.Subject.Source is not null ? ["source", "resource"] : [];
        Assert.Equal(
            ["kind", "namespace", "name", "uid", "container", "containerType", "containerId", "image", "node", "owner", "resolution", .. ofPlugins],
            json.RootElement.GetProperty("subject").EnumerateObject().Select(member => member.Name));
        Assert.DoesNotContain('\n', line);
        Assert.Equal(line, LineOf(incident));
    }

    public static TheoryData<string> Situations => ReportSituations.Names;

    [Fact]
    public void SaysNull_WhereNothingIsKnown()
    {
        var line = LineOf(SomeIncidents.Of(SomeIncidents.Unresolved()));

        Assert.Contains(
            """{"kind":"Unresolved","namespace":null,"name":null,"uid":null,"container":null,"containerType":null,"containerId":"315011446de2","image":null,"node":"node-1","owner":null,"resolution":"none"}""",
            line,
            StringComparison.Ordinal);
        Assert.Contains("\"behaviour\":null", line, StringComparison.Ordinal);
        Assert.Contains("\"exception\":null", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(ContainerType.Container), "container")]
    [InlineData(nameof(ContainerType.Init), "init")]
    [InlineData(nameof(ContainerType.Ephemeral), "ephemeral")]
    [InlineData(nameof(ContainerType.Sandbox), "sandbox")]
    public void HasTheContractsWordForAContainerType(string type, string word)
    {
        var line = LineOf(SomeIncidents.Of(SomeIncidents.Pod() with { ContainerType = Enum.Parse<ContainerType>(type) }));

        Assert.Contains($"\"containerType\":\"{word}\"", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(Resolution.Live), "live")]
    [InlineData(nameof(Resolution.Deleted), "deleted")]
    [InlineData(nameof(Resolution.Falco), "falco")]
    [InlineData(nameof(Resolution.None), "none")]
    public void HasTheContractsWordForAResolution(string resolution, string word)
    {
        var line = LineOf(SomeIncidents.Of(SomeIncidents.Pod() with { Resolution = Enum.Parse<Resolution>(resolution) }));

        Assert.EndsWith("}", line, StringComparison.Ordinal);
        Assert.Contains($"\"resolution\":\"{word}\"", line, StringComparison.Ordinal);
    }

    [Fact]
    public void LeavesACommandReadable_AndNoControlCharacterIn()
    {
        var judgement = SomeIncidents.Undetermined() with { For = [new Evidence("sh -c \"a\" && b > 'c' <d>\n\u001b[2J", 0.5)] };

        var line = LineOf(SomeIncidents.Of(judgement: judgement));

        Assert.Contains("""{"text":"sh -c \"a\" && b > 'c' <d>\n\u001B[2J","weight":0.5}""", line, StringComparison.Ordinal);
    }

    private static string LineOf(Incident incident)
    {
        var buffer = new ArrayBufferWriter<byte>();
        IncidentJson.Write(buffer, SomeReport.Writer.Write(incident));
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
