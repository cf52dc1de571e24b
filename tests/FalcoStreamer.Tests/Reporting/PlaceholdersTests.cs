using FalcoStreamer.Knowledge;
using FalcoStreamer.Reporting;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Reporting;

public sealed class PlaceholdersTests
{
    [Theory]
    [InlineData("{namespace}/{pod} {container} {container.id}", "kube-system/calico-node-x2x9p calico-node 64fac540e48f")]
    [InlineData("{owner} {owner.kind} {owner.name} on {node}", "DaemonSet/calico-node DaemonSet calico-node on node-1")]
    [InlineData("{image} {serviceAccount} {user}", "docker.io/calico/node:v3.30.0 calico-node root")]
    [InlineData("{process} of {parent}: {command}", "sh of calico-node: sh -c ip link del calico_tmp_A || true")]
    [InlineData("{rule} {priority} {count} {time}", "Detect Shell in Container Warning 2 2025-01-01T10:00:00Z")]
    [InlineData("{firstTime} {lastTime}", "2025-01-01T10:00:00Z 2025-01-01T10:00:00Z")]
    [InlineData("{subject}, tty {proc.tty}", "container calico-node of pod kube-system/calico-node-x2x9p, tty 0")]
    [InlineData("no placeholder", "no placeholder")]
    public void FillsEveryName(string text, string expected)
    {
        var placeholders = new Placeholders(SomeIncidents.Calico());

        Assert.Equal(expected, placeholders.Prose(text));
    }

    [Fact]
    public void EveryNameHasAValue_WhenThePodIsKnown()
    {
        var placeholders = new Placeholders(SomeIncidents.Calico());

        Assert.All(PlaceholderNames.All.Where(name => name != "audit.user"), name => Assert.NotNull(placeholders.ValueOf(name)));
    }

    [Fact]
    public void NamesWhoeverTheAuditLogNames_AndNobodyElse()
    {
        var unknown = new Placeholders(SomeIncidents.Calico());
        var audited = new Placeholders(SomeIncidents.Of(alerts: SomeAudits.Exec(fields: ("ka.user.name", "o'neill"))));

        Assert.Equal(("Somebody", null), (unknown.ValueOf("who"), unknown.ValueOf("audit.user")));
        Assert.Equal(("o'neill", "o'neill"), (audited.ValueOf("who"), audited.ValueOf("audit.user")));
        Assert.Equal(@"kubectl auth can-i --list --as='o'\''neill'", audited.Shell("kubectl auth can-i --list --as={audit.user}"));
        Assert.Equal("2025-01-01T09:58:00Z 2025-01-01T10:01:00Z", audited.Shell("{from} {until}"));
    }

    [Theory]
    [InlineData("kubectl -n {namespace} get pod {pod}")]
    [InlineData("started by {parent}")]
    [InlineData("{no.such.field}")]
    [InlineData("{nonsense}")]
    public void LeavesATextOut_WhenAValueIsMissing(string text)
    {
        var placeholders = new Placeholders(SomeIncidents.Of(SomeIncidents.Node()));

        Assert.Null(placeholders.Prose(text));
        Assert.Null(placeholders.Shell(text));
    }

    [Theory]
    [InlineData("kubectl get pod -o jsonpath={.metadata.labels}")]
    [InlineData("kubectl get pod -o go-template='{{ .spec }}'")]
    [InlineData("awk '{print $1}'")]
    [InlineData("{}")]
    public void LeavesOtherBracesAlone(string text)
    {
        var placeholders = new Placeholders(SomeIncidents.Calico());

        Assert.Equal(text, placeholders.Shell(text));
    }

    [Theory]
    [InlineData("grep -F {command} log", "id", "grep -F id log")]
    [InlineData("grep -F {command} log", "sh -c id", "grep -F 'sh -c id' log")]
    [InlineData("grep -F {command} log", "sh -c 'a'", @"grep -F 'sh -c '\''a'\''' log")]
    [InlineData("grep -F {command} log", "$(reboot)", "grep -F '$(reboot)' log")]
    [InlineData("grep -F '{command}' log", "it's $HOME", @"grep -F 'it'\''s $HOME' log")]
    [InlineData("grep -F \"{command}\" log", "a\"b$c`d\\", "grep -F \"a\\\"b\\$c\\`d\\\\\" log")]
    [InlineData("grep -F {command} log", "漢字", "grep -F '漢字' log")]
    public void QuotesForAShell_WhereItMust(string text, string command, string expected)
    {
        var placeholders = new Placeholders(SomeIncidents.Of(alerts: Some.Alert(fields: ("proc.cmdline", command))));

        Assert.Equal(expected, placeholders.Shell(text));
    }

    [Theory]
    [InlineData("sh -c a\nb")]
    [InlineData("a\u001b[2Jb")]
    [InlineData("a\u202Eb")]
    [InlineData("--all")]
    [InlineData("a\uFFFD")]
    public void LeavesACommandOut_WhenAValueCannotBeCopiedSafely(string command)
    {
        var placeholders = new Placeholders(SomeIncidents.Of(alerts: Some.Alert(fields: ("proc.cmdline", command))));

        Assert.Null(placeholders.Shell("grep -F {command} log"));
    }

    [Fact]
    public void ListsThePlaceholdersOfAText()
    {
        var names = PlaceholderNames.In("kubectl -n {namespace} get {owner.kind} -o jsonpath={.spec} {proc.aname[2]}");

        Assert.Equal(["namespace", "owner.kind", "proc.aname[2]"], names);
    }
}
