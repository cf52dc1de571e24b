using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Knowledge;

/// <summary>docs/knowledge.md is right: its examples load, and it names every field and operator.</summary>
public sealed class KnowledgeDocumentTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "knowledge.md"));

    [Theory]
    [InlineData("sh -c pg_dump -Fc app | gzip > /backup/app.gz", 0, "benign")]
    [InlineData("sh -c pg_dump -Fc app | gzip > /backup/app.gz", 34816, "suspicious")]
    [InlineData("sh -c pg_dump -Fc app | gzip > /backup/app.gz; id", 0, "undetermined")]
    public void ShowsABehaviourOfTenLinesThatWorks(string command, int tty, string verdict)
    {
        var example = BlockAfter("## A behaviour of your own");
        var directory = Directory.CreateTempSubdirectory("knowledge");
        File.WriteAllText(Path.Combine(directory.FullName, "mine.yaml"), example);
        var library = BehaviourLibrary.Load(directory.FullName);
        directory.Delete(recursive: true);
        var subject = SomePods.Subject(SomePods.Pod(SomePods.Container("backup")), new Workload("CronJob", "backup"));

        var judgement = new BehaviourMatcher(library).Judge(Some.Alert("Run shell untrusted", fields: [("proc.cmdline", command), ("proc.tty", tty)]), subject);

        Assert.Equal(10, example.TrimEnd().Split('\n').Length);
        Assert.Equal(verdict, judgement.Verdict.Word());
        Assert.Equal(verdict == "undetermined" ? null : "nightly-backup", judgement.Behaviour?.Id);
    }

    [Fact]
    public void ShowsEverythingThatABehaviourCanHold()
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(BlockAfter("## Everything that a behaviour can hold")));

        var behaviour = Assert.Single(BehaviourFile.Read(stream, "docs/knowledge.md"));

        Assert.NotEmpty(behaviour.Scope);
        Assert.Contains(behaviour.For, predicate => predicate is PredicateGroup);
    }

    [Fact]
    public void NamesEveryField() =>
        Assert.All(FactNames.All, name => Assert.Contains($"`{name}`", Document, StringComparison.Ordinal));

    private static string BlockAfter(string heading)
    {
        var section = Document[Document.IndexOf(heading, StringComparison.Ordinal)..];
        var start = section.IndexOf("```yaml\n", StringComparison.Ordinal) + "```yaml\n".Length;
        return section[start..section.IndexOf("```\n", start, StringComparison.Ordinal)];
    }
}
