using FalcoStreamer.Configuration;
using FalcoStreamer.Sources.Log;

namespace FalcoStreamer.Tests.Sources.Log;

public sealed class LogSourceOptionsTests
{
    [Theory]
    [InlineData("/var/log/pods/*_falco-*/falco/*.log")]
    [InlineData("/var/log/falco/events.json")]
    public void IsSound(string path) => Assert.Null(new LogSourceOptions { Enabled = true, Paths = [path] }.Problem());

    [Theory]
    [InlineData("falco.log")]
    [InlineData("/var/log/**/falco.log")]
    [InlineData("/var/log/falco/")]
    public void SaysWhatIsWrong(string path)
    {
        var problem = new LogSourceOptions { Enabled = true, Paths = [path] }.Problem();

        Assert.StartsWith("sources.log.paths", problem, StringComparison.Ordinal);
        Assert.Contains("whole path", problem, StringComparison.Ordinal);
        Assert.Null(new LogSourceOptions { Enabled = false, Paths = [path] }.Problem());
    }

    [Fact]
    public void LooksWhereTheKubeletKeepsFalcosOutput_ByDefault() =>
        Assert.Equal(["/var/log/pods/*_falco-*/falco/*.log"], AgentConfiguration.Load(null, new Dictionary<string, string>()).Sources.Log.Paths);

    [Fact]
    public void NeedsAPath() => Assert.Contains("sources.log.paths is empty", new LogSourceOptions { Enabled = true }.Problem(), StringComparison.Ordinal);
}
