using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Correlation;

public sealed class FactsTests
{
    private static readonly FalcoAlert Alert = Some.Alert(fields: [("proc.pname", "runc"), ("proc.aname[0]", "sh"), ("proc.aname[2]", "containerd-shim"), ("proc.aname[3]", "systemd")]);

    private static readonly Subject Known = SomePods.Subject(SomePods.Pod(SomePods.Container(image: "lab.local/busybox:1.35") with
    {
        Command = ["sh", "-c"],
        Args = ["sleep 1"],
        IsSidecar = true,
        RestartCount = 3,
        Security = new SecurityFacts { AddedCapabilities = ["NET_ADMIN", "CAP_SYS_ADMIN"] },
        Mounts = [new MountFacts("/host", true, "/etc"), new MountFacts("/sock", false, "/run/containerd"), new MountFacts("/tmp", false, null)],
    }) with
    {
        Labels = new PodTexts([KeyValuePair.Create("app", "web")], isWhole: true),
        Annotations = new PodTexts([KeyValuePair.Create("a", "b")], isWhole: false),
        HostIpc = true,
        HostPaths = ["/etc", "/run/containerd"],
        TokenMounted = false,
        Created = Some.Time + TimeSpan.FromMinutes(-3),
    });

    [Theory]
    [InlineData("alert.tags", "container, shell")]
    [InlineData("pod.labels[app]", "web")]
    [InlineData("pod.labels[other]", "")]
    [InlineData("pod.annotations[a]", "b")]
    [InlineData("pod.age", "3 min")]
    [InlineData("pod.hostIPC", "true")]
    [InlineData("pod.hostPaths", "/etc, /run/containerd")]
    [InlineData("pod.tokenMounted", "false")]
    [InlineData("container.type", "Sidecar")]
    [InlineData("container.restarts", "3")]
    [InlineData("container.capabilities", "NET_ADMIN, SYS_ADMIN")]
    [InlineData("container.hostPaths", "/etc, /run/containerd")]
    [InlineData("container.writableHostPaths", "/run/containerd")]
    [InlineData("container.image.tag", "1.35")]
    [InlineData("container.command", "sh -c sleep 1")]
    [InlineData("process.ancestors", "runc, containerd-shim, systemd")]
    public void AreKnown_WhenAlertOrPodShowThem(string field, string value) =>
        Assert.Equal(value, Of(field, new Facts(Alert, Known, default)).ToString());

    [Theory]
    [InlineData("pod.annotations[too-long]")]
    [InlineData("owner.image")]
    [InlineData("owner.rolloutAge")]
    [InlineData("spec.child")]
    [InlineData("spec.period")]
    [InlineData("company.rules")]
    [InlineData("company.unexplained")]
    [InlineData("company.commands")]
    [InlineData("visibility.drops")]
    public void AreNotKnown_WhenNobodyLooked(string field) => Assert.False(Of(field, new Facts(Alert, Known, default)).IsKnown);

    [Theory]
    [InlineData("lab.local/busybox:1.35", "same")]
    [InlineData("lab.local/busybox:1.35@sha256:a", "same")]
    [InlineData("lab.local/busybox:1.36", "other")]
    [InlineData("evil.example/busybox:1.35", "other")]
    [InlineData("lab.local/busybox@sha256:a", null)]
    public void CompareTheImageWithTheTemplate_ThatThePodWasMadeFrom(string template, string? answer)
    {
        var revision = new PodRevision(Some.Time + TimeSpan.FromHours(-3), new Dictionary<string, string> { [Known.Container!] = template });
        var facts = new Facts(Alert, Known with { Revision = revision, Pod = Known.Pod! with { IsAsCreated = false } }, default);

        Assert.Equal(answer, Of("owner.image", facts) is { IsKnown: true } known ? known.ToString() : null);
        Assert.Equal("3 h", Of("owner.rolloutAge", facts).ToString());
    }

    [Theory]
    [InlineData(true, "rewritten")]
    [InlineData(false, "other")]
    [InlineData(null, "differs")]
    public void TellARewrittenImageFromAChangedOne(bool? isAsCreated, string answer)
    {
        var revision = new PodRevision(null, new Dictionary<string, string> { [Known.Container!] = "docker.io/library/busybox:1.35" });
        var subject = Known with { Revision = revision, Pod = Known.Pod! with { IsAsCreated = isAsCreated } };

        Assert.Equal(answer, Of("owner.image", new Facts(Alert, subject, default)).ToString());
    }

    [Fact]
    public void DoNotCompareTheImage_WhenTheTemplateHasNoSuchContainer()
    {
        var revision = new PodRevision(null, new Dictionary<string, string> { ["other"] = "x" });

        Assert.False(Of("owner.image", new Facts(Alert, Known with { Revision = revision }, default)).IsKnown);
    }

    [Fact]
    public void AreNotKnownOfAPod_WhenThereIsNone()
    {
        var facts = new Facts(Some.Alert(fields: [("container.id", null)]), new Subject { Kind = SubjectKind.Unresolved, Resolution = Resolution.None }, default);

        var known = FactNames.All.Select(name => name.Replace("KEY", "app", StringComparison.Ordinal)).Where(name => Of(name, facts).IsKnown);

        Assert.Equal(["alert.priority", "alert.rule", "alert.source", "alert.tags", "subject.kind"], known);
    }

    [Theory]
    [InlineData("company.rules", "A, B")]
    [InlineData("company.unexplained", "2")]
    [InlineData("company.commands", "id")]
    [InlineData("visibility.drops", "true")]
    public void TellOfTheCompany_WhenSomebodyLooked(string field, string value)
    {
        var company = new Company { Rules = ["A", "B"], Unexplained = 2, Commands = [Utf8Text.From("id")], LostEvents = true };

        Assert.Equal(value, Of(field, new Facts(Alert, Known, default, company)).ToString());
    }

    [Theory]
    [InlineData("x/y:1@sha256:a", "1")]
    [InlineData("x/y@sha256:a", null)]
    [InlineData("host:5000/y", "latest")]
    [InlineData("sha256:aa", null)]
    [InlineData(null, null)]
    public void FindTheTagOfAnImage(string? image, string? tag) => Assert.Equal(tag, ImageName.Tag(image));

    private static Fact Of(string field, Facts facts) => facts.Of(new FieldPredicate(field, PredicateOperator.In, ["x"], 1, null));
}
