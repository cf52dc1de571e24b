using System.Net;
using System.Net.Sockets;
using FalcoStreamer.Commands;

namespace FalcoStreamer.Tests.Commands;

public sealed class RunCommandTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();
    private readonly StringWriter _errors = new();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("""{ "kubernetes": { "kubeconfig": "/nowhere/kubeconfig", "nodeName": "node-1" } }""", "kubernetes.kubeconfig names /nowhere/kubeconfig, which is not there")]
    [InlineData("""{ "kubernetes": { "nodeName": "node-1" } }""", "kubernetes.kubeconfig is not set and this is no pod")]
    [InlineData("""{ "kubernetes": { "enabled": false }, "sources": { "grpc": { "enabled": false }, "http": { "enabled": false } } }""", "no source is on: set sources.grpc.enabled, sources.http.enabled or sources.log.enabled to true")]
    [InlineData("""{ "kubernetes": { "enabled": false }, "sources": { "http": { "address": "falco:2801" } } }""", "sources.http.address is \"falco:2801\"")]
    [InlineData("""{ "kubernetes": { "enabled": false }, "sinks": { "otlp": { "endpoint": "collector" , "protocol": "smoke" } } }""", "smoke")]
    [InlineData("""{ "kubernetes": { "enabled": false }, "knowledge": { "path": "/nowhere" } }""", "/nowhere: the knowledge cannot be read")]
    [InlineData("""{ "kubernetes": { "enabled": false }, "sinks": { "forward": { "enabled": true } } }""", "sinks.forward.enabled is true, but sinks.forward.url names no receiver")]
    [InlineData("""{ "kubernetes": { "enabled": false }, "sinks": { "forward": { "enabled": true, "url": "http://localhost:2801" } } }""", "sinks.forward.url names our own port (sources.http.address)")]
    public async Task EndsWith78AndOneLine_WhenTheConfigurationCannotWork(string configuration, string problem)
    {
        await File.WriteAllTextAsync(_file, configuration, TestContext.Current.CancellationToken);

        Assert.Equal(ExitCode.Configuration, await RunAsync());
        Assert.Contains(problem, _errors.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, _errors.ToString().Count(character => character == '\n'));
    }

    [Fact]
    public async Task EndsWith78_WhenTheTelemetryPortIsTaken()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";
        await File.WriteAllTextAsync(
            _file, $$"""{ "kubernetes": { "enabled": false }, "telemetry": { "address": "{{address}}" } }""", TestContext.Current.CancellationToken);

        Assert.Equal(ExitCode.Configuration, await RunAsync());
        Assert.Contains($"telemetry.address {address} cannot be listened on", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EndsWith78_WhenThePortForFalcosAlertsIsTaken()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";
        await File.WriteAllTextAsync(
            _file,
            $$"""{ "kubernetes": { "enabled": false }, "telemetry": { "address": null }, "sources": { "http": { "address": "{{address}}" } } }""",
            TestContext.Current.CancellationToken);

        Assert.Equal(ExitCode.Configuration, await RunAsync());
        Assert.Contains($"sources.http.address {address} cannot be listened on", _errors.ToString(), StringComparison.Ordinal);
    }

    private Task<int> RunAsync() => new CommandLine(TextWriter.Null, _errors, isTerminal: false).InvokeAsync(["run", "--config", _file]);
}
