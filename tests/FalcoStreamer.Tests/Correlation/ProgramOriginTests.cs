using FalcoStreamer.Correlation;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Correlation;

public sealed class ProgramOriginTests
{
    [Theory]
    [InlineData("apk add --no-cache curl && curl http://x", true)]
    [InlineData("apt-get update -qq && apt-get -y --no-install-recommends install curl", true)]
    [InlineData("/usr/bin/dnf -y install curl; curl x", true)]
    [InlineData("cd /app && npm ci && npm start", true)]
    [InlineData("(pip install -r requirements.txt)", true)]
    [InlineData("apk update; add user", false)]
    [InlineData("npm start && install -d /out", false)]
    [InlineData("curl http://x | sh", false)]
    [InlineData("echo snapkit add", false)]
    public void KnowsACommandThatInstalls(string text, bool installs) =>
        Assert.Equal(installs, ProgramOrigin.Installs(SomePods.Container() with { Command = ["sh", "-c"], Args = [text] }));

    [Fact]
    public void KnowsACommandThatInstalls_WithoutAShell() => Assert.True(ProgramOrigin.Installs(SomePods.Container() with { Command = ["apk", "add", "jq"] }));

    [Theory]
    [InlineData("false", "apk add curl", "image")]
    [InlineData("true", "apk add curl", "installed")]
    [InlineData("true", "sleep 5", "added")]
    [InlineData(null, "apk add curl", null)]
    public void SaysWhereTheProgramIsFrom(string? isUpperLayer, string text, string? origin)
    {
        var alert = Some.Alert(fields: [("proc.is_exe_upper_layer", isUpperLayer)]);

        Assert.Equal(origin, ProgramOrigin.Of(alert, SomePods.Container() with { Args = [text] }));
    }

    [Fact]
    public void IsAdded_WhenTheContainerIsNotKnown() =>
        Assert.Equal("added", ProgramOrigin.Of(Some.Alert(fields: [("proc.is_exe_upper_layer", "true")]), null));
}
