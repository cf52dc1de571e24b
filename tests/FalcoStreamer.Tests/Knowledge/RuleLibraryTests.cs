using System.Text.RegularExpressions;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Tests.Knowledge;

public sealed partial class RuleLibraryTests
{
    /// <summary>Every rule of falcosecurity/rules: stable, incubating, sandbox.</summary>
    private static readonly string[] StockRules =
    [
        "Directory traversal monitored file read",
        "Read sensitive file trusted after startup",
        "Read sensitive file untrusted",
        "Run shell untrusted",
        "System user interactive",
        "Terminal shell in container",
        "Contact K8S API Server From Container",
        "Netcat Remote Code Execution in Container",
        "Search Private Keys or Passwords",
        "Clear Log Activities",
        "Remove Bulk Data from Disk",
        "Create Symlink Over Sensitive Files",
        "Create Hardlink Over Sensitive Files",
        "Packet socket created in container",
        "Redirect STDOUT/STDIN to Network Connection in Container",
        "Linux Kernel Module Injection Detected",
        "Debugfs Launched in Privileged Container",
        "Detect release_agent File Container Escapes",
        "PTRACE attached to process",
        "PTRACE anti-debug attempt",
        "Find AWS Credentials",
        "Execution from /dev/shm",
        "Drop and execute new binary in container",
        "Disallowed SSH Connection Non Standard Port",
        "Fileless execution via memfd_create",
        "Modify Shell Configuration File",
        "Schedule Cron Jobs",
        "Read ssh information",
        "DB program spawned process",
        "Change thread namespace",
        "Change namespace privileges via unshare",
        "Launch Privileged Container",
        "Launch Excessively Capable Container",
        "System procs network activity",
        "Program run with disallowed http proxy env",
        "Unexpected UDP Traffic",
        "Non sudo setuid",
        "User mgmt binaries",
        "Create files below dev",
        "Contact EC2 Instance Metadata Service From Container",
        "Contact cloud metadata service from container",
        "Launch Package Management Process in Container",
        "Launch Suspicious Network Tool in Container",
        "Launch Suspicious Network Tool on Host",
        "Delete or rename shell history",
        "Set Setuid or Setgid bit",
        "Launch Remote File Copy Tools in Container",
        "Network Connection outside Local Subnet",
        "Mount Launched in Privileged Container",
        "Launch Ingress Remote File Copy Tools in Container",
        "Read environment variable from /proc files",
        "Exfiltrating Artifacts via Kubernetes Control Plane",
        "Adding ssh keys to authorized_keys",
        "Potential Local Privilege Escalation via Environment Variables Misuse",
        "Backdoored library loaded into SSHD (CVE-2024-3094)",
        "BPF Program Not Profiled",
        "Unexpected inbound connection source",
        "Read Shell Configuration File",
        "Update Package Repository",
        "Write below binary dir",
        "Write below monitored dir",
        "Write below etc",
        "Write below root",
        "Write below rpm database",
        "Modify binary dirs",
        "Mkdir binary dirs",
        "Launch Sensitive Mount Container",
        "Launch Disallowed Container",
        "Interpreted procs inbound network activity",
        "Interpreted procs outbound network activity",
        "Unexpected K8s NodePort Connection",
        "Create Hidden Files or Directories",
        "Detect outbound connections to common miner pool ports",
        "Detect crypto miners using the Stratum protocol",
        "Kubernetes Client Tool Launched in Container",
        "Container Drift Detected (chmod)",
        "Container Drift Detected (open+create)",
        "Container Run as Root User",
        "Sudo Potential Privilege Escalation",
        "Unprivileged Delegation of Page Faults Handling to a Userspace Process",
        "Polkit Local Privilege Escalation Vulnerability (CVE-2021-4034)",
        "Java Process Class File Download",
        "Modify Container Entrypoint",
        "Decoding Payload in Container",
        "Basic Interactive Reconnaissance",
        "Netcat/Socat Remote Code Execution on Host",
        "Network Tool Executed During NPM Package Install",
        "Known Cryptominer Process Executed",
        "Web Server Spawned Shell",
        "Web Server Spawned Suspicious Child Process",
        "Reverse Shell from Web Server",
        "Privileged Container Device Access",
        "Container Access to Host Sensitive Paths",
    ];

    private static readonly RuleLibrary Shipped = RuleLibrary.Load();

    [Fact]
    public void KnowsEveryStockRule()
    {
        Assert.Equal(93, StockRules.Length);
        Assert.All(StockRules, rule => Assert.NotNull(Shipped.Find(rule)));
        Assert.Equal(
            (25, 31, 37),
            (Count(RuleMaturity.Stable), Count(RuleMaturity.Incubating), Count(RuleMaturity.Sandbox)));
    }

    [Theory]
    [InlineData("Falco internal: syscall event drop", "Falco internal: syscall event drop")]
    [InlineData("detect shell in container", "Detect Shell in Container")]
    [InlineData("The docker client is executed in a container", "Kubernetes Client Tool Launched in Container")]
    public void FindsARuleByItsOtherNames(string name, string rule)
    {
        Assert.Equal(rule, Shipped.Find(name)?.Rule);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Shell in container without a terminal")]
    [InlineData("Write below etc ")]
    public void KnowsNothingOfARuleThatIsOnlySimilar(string name)
    {
        Assert.Null(Shipped.Find(name));
    }

    [Fact]
    public void TakesTheLaterOfTwoGuides()
    {
        var first = Shipped.All[0];

        var library = new RuleLibrary([first, first with { Detects = "Something else." }]);

        Assert.Equal("Something else.", library.Find(first.Rule)?.Detects);
    }

    [Fact]
    public void SaysEverythingOfEachRule()
    {
        Assert.All(Shipped.All, guide =>
        {
            Assert.NotEmpty(guide.UsualCauses);
            Assert.NotEmpty(guide.SeriousWhen);
            Assert.NotEmpty(guide.CheckFirst);
            Assert.NotEmpty(guide.Actions);
            Assert.NotEmpty(guide.Sources);
            Assert.Equal(guide.Family == RuleFamily.Internal, guide.ExceptionFields.Count == 0);
            Assert.All(guide.Attack, technique => Assert.Matches(TechniquePattern(), technique));
        });
    }

    [Fact]
    public void WritesWholeSentences()
    {
        var sentences = Shipped.All.SelectMany(guide => TextsOf(guide).Append(guide.Detects).Append(guide.Note ?? "."));

        Assert.All(sentences, sentence => Assert.True(sentence[^1] is '.' or '?' && !char.IsWhiteSpace(sentence[0]), sentence));
        Assert.All(Shipped.All.SelectMany(guide => guide.Happened), clause => Assert.False(clause.EndsWith('.'), clause));
    }

    [Fact]
    public void HasNoPlaceholderThatReportsDoNotFill()
    {
        var texts = Shipped.All.SelectMany(guide => guide.Happened
            .Concat(guide.UsualCauses.Concat(guide.SeriousWhen).Concat(guide.CheckFirst).Concat(guide.Actions).Select(advice => advice.Text)));

        var names = texts.SelectMany(PlaceholderNames.In).Distinct(StringComparer.Ordinal).Except(PlaceholderNames.All);

        Assert.All(names, name => Assert.Matches(FieldPattern(), name));
    }

    [Fact]
    public void HasNoPlaceholderInWhatIsTheSameForEveryAlert()
    {
        Assert.Empty(Shipped.All.SelectMany(guide => PlaceholderNames.In(guide.Detects + guide.Note)));
    }

    [Fact]
    public void AsksAPodOnlyWhileItIsThere()
    {
        var commands = Shipped.All.SelectMany(guide => guide.CheckFirst).Where(advice => advice.IsCommand && PlaceholderNames.In(advice.Text).Contains("pod"));

        Assert.All(commands, command => Assert.True(command.OnlyLive, command.Text));
    }

    [Fact]
    public void NamesOnlyFieldsOfFalcoForExceptions()
    {
        Assert.All(Shipped.All.SelectMany(guide => guide.ExceptionFields), field => Assert.Matches(FieldPattern(), field));
        Assert.All(
            Shipped.All.Where(guide => guide.Family == RuleFamily.Host),
            guide => Assert.Contains("container.id", guide.ExceptionFields));
    }

    private static int Count(RuleMaturity maturity) => Shipped.All.Count(guide => guide.Maturity == maturity);

    private static IEnumerable<string> TextsOf(RuleGuide guide) =>
        guide.UsualCauses.Concat(guide.SeriousWhen).Concat(guide.CheckFirst).Concat(guide.Actions).Where(advice => !advice.IsCommand).Select(advice => advice.Text);

    [GeneratedRegex(@"^(evt|proc|fd|user|group|container|k8s|thread|falco|scap)(\.[a-z_]+)+(\[[A-Za-z0-9_/]+\])?$")]
    private static partial Regex FieldPattern();

    [GeneratedRegex(@"^T[0-9]{4}(\.[0-9]{3})?$")]
    private static partial Regex TechniquePattern();
}
