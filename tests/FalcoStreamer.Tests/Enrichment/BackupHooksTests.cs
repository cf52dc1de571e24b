using FalcoStreamer.Enrichment;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Enrichment;

public sealed class BackupHooksTests
{
    private readonly ContainerFacts[] _containers =
    [
        SomePods.Container("init") with { Type = ContainerType.Init },
        SomePods.Container("app"),
        SomePods.Container("db"),
    ];

    [Fact]
    public void ReadsAnArrayForTheContainerThatIsNamed()
    {
        var containers = BackupHooks.AddTo(_containers, Annotations(
            ("pre.hook.backup.velero.io/command", """["/bin/sh", "-c", "fsfreeze -f /data"]"""), ("pre.hook.backup.velero.io/container", "db")));

        var hook = Assert.Single(containers[2].SpecCommands);
        Assert.Equal(SpecCommandKind.PreBackup, hook.Kind);
        Assert.Equal(["/bin/sh", "-c", "fsfreeze -f /data"], hook.Command);
        Assert.Empty(containers[1].SpecCommands);
    }

    [Theory]
    [InlineData("/bin/backup now")]
    [InlineData("[not json")]
    [InlineData("[]")]
    [InlineData("[1]")]
    public void TakesAnyOtherTextForOneWord_InTheFirstContainer(string command)
    {
        var containers = BackupHooks.AddTo(_containers, Annotations(("post.hook.backup.velero.io/command", command)));

        var hook = Assert.Single(containers[1].SpecCommands);
        Assert.Equal(SpecCommandKind.PostBackup, hook.Kind);
        Assert.Equal([command], hook.Command);
    }

    [Fact]
    public void TakesTheAnnotationWithoutAPhaseForTheOneBefore_WhereThatIsMissing()
    {
        var containers = BackupHooks.AddTo(_containers, Annotations(("hook.backup.velero.io/command", "a"), ("hook.backup.velero.io/container", "db")));

        Assert.Equal(SpecCommandKind.PreBackup, Assert.Single(containers[2].SpecCommands).Kind);
    }

    [Fact]
    public void LeavesAloneWhatIsNotThere()
    {
        Assert.Same(_containers, BackupHooks.AddTo(_containers, null));
        Assert.Same(_containers, BackupHooks.AddTo(_containers, Annotations(("pre.hook.backup.velero.io/command", "a"), ("pre.hook.backup.velero.io/container", "nobody"))));
        Assert.Same(_containers, BackupHooks.AddTo(_containers, Annotations(("pre.hook.backup.velero.io/command", new string('a', 20_000)))));
    }

    private static Func<string, string?> Annotations(params (string Key, string Value)[] annotations) =>
        key => Array.Find(annotations, annotation => annotation.Key == key).Value;
}
