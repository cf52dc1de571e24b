using FalcoStreamer.Configuration;

namespace FalcoStreamer.Tests.Configuration;

public sealed class AgentConfigurationTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("configuration");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void HasADefaultForEverything()
    {
        var options = AgentConfiguration.Load(null, new Dictionary<string, string>());

        Assert.Equal("unix:///run/falco/falco.sock", options.Sources.Grpc.Address);
        Assert.Equal(TimeSpan.FromSeconds(10), options.Correlation.QuietPeriod);
        Assert.True(options.Sinks.KubernetesEvents.Enabled);
        Assert.Equal("http://0.0.0.0:9464", options.Telemetry.Address);
        Assert.Null(options.Kubernetes.NodeName);
    }

    [Fact]
    public void PutsTheEnvironmentAboveTheFile()
    {
        var file = Write("""
            {
              // a comment
              "sources": { "grpc": { "address": "unix:///file.sock" } },
              "correlation": { "quietPeriod": "00:00:30" },
              "telemetry": { "address": null },
            }
            """);

        var options = AgentConfiguration.Load(file, new Dictionary<string, string>
        {
            ["FALCOSTREAMER__SOURCES__GRPC__ADDRESS"] = "unix:///environment.sock",
            ["FALCOSTREAMER__SINKS__CONSOLE__ENABLED"] = "true",
            ["PATH"] = "/bin",
        });

        Assert.Equal("unix:///environment.sock", options.Sources.Grpc.Address);
        Assert.Equal(TimeSpan.FromSeconds(30), options.Correlation.QuietPeriod);
        Assert.True(options.Sinks.Console.Enabled);
        Assert.Null(options.Telemetry.Address);
    }

    [Fact]
    public void TakesHeadersOfAnyName()
    {
        var file = Write("""{ "sinks": { "forward": { "headers": { "Authorization": "Bearer t" } }, "otlp": { "headers": { "x-tenant": "a" } } } }""");

        var options = AgentConfiguration.Load(file, new Dictionary<string, string> { ["FALCOSTREAMER__SINKS__FORWARD__HEADERS__X"] = "y" });

        Assert.Equal("Bearer t", options.Sinks.Forward.Headers!["Authorization"]);
        Assert.Equal("y", options.Sinks.Forward.Headers["X"]);
        Assert.Equal("a", options.Sinks.Otlp.Headers!["x-tenant"]);
    }

    [Theory]
    [InlineData("""{ "corelation": {} }""", "there is no key \"corelation\"; did you mean \"correlation\"?")]
    [InlineData("""{ "sources": { "grpc": { "adress": "x" } } }""", "there is no key \"sources.grpc.adress\"; did you mean \"address\"?")]
    [InlineData("""{ "sources": true }""", "\"sources\" is a section")]
    [InlineData("""{ "telemetry": { "address": {} } }""", "\"telemetry.address\" is a value, not a section")]
    [InlineData("""{ "sources": { "grpc": { "enabled": "maybe" } } }""", "sources:grpc:enabled")]
    [InlineData("""{ "correlation": { "quietPeriod": "soon" } }""", "correlation:quietPeriod")]
    [InlineData("""{ "correlation": { "quietPeriod": "00:00:00" } }""", "correlation.quietPeriod must be from 00:00:01 to 01:00:00")]
    [InlineData("""{ "sources": { "grpc": { "address": "http://falco:5060" } } }""", "sources.grpc.address")]
    [InlineData("""{ "telemetry": { "address": "9464" } }""", "telemetry.address must be http://address:port")]
    [InlineData("""{ "sinks": { "forward": { "headers": "x" } } }""", "\"sinks.forward.headers\" is a section and must be an object")]
    [InlineData("[]", "must be a JSON object")]
    [InlineData("{\n\"a\"", "agent.json:2: this is not JSON")]
    public void NamesTheKeyAndTheRemedy_WhenTheFileIsWrong(string text, string problem)
    {
        var exception = Assert.Throws<ConfigurationException>(() => AgentConfiguration.Load(Write(text), new Dictionary<string, string>()));

        Assert.Contains(problem, exception.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Theory]
    [InlineData("FALCOSTREAMER__SOURCES__GRPC__ADRESS", "did you mean \"address\"?")]
    [InlineData("FALCOSTREAMER__SOURCES__GRPC", "this is a section")]
    public void NamesTheVariable_WhenTheEnvironmentIsWrong(string variable, string problem)
    {
        var exception = Assert.Throws<ConfigurationException>(() => AgentConfiguration.Load(null, new Dictionary<string, string> { [variable] = "x" }));

        Assert.Contains(variable, exception.Message, StringComparison.Ordinal);
        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NamesTheFile_WhenItIsMissing()
    {
        var exception = Assert.Throws<ConfigurationException>(() => AgentConfiguration.Load("/nowhere/agent.json", new Dictionary<string, string>()));

        Assert.Contains("/nowhere/agent.json: the configuration cannot be read", exception.Message, StringComparison.Ordinal);
    }

    private string Write(string text)
    {
        var file = Path.Combine(_directory.FullName, "agent.json");
        File.WriteAllText(file, text);
        return file;
    }
}
