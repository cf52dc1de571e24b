using FalcoStreamer.Sources;

namespace FalcoStreamer.Tests.Sources;

public sealed class GrpcSourceOptionsTests
{
    [Theory]
    [InlineData("unix:///run/falco/falco.sock", "/run/falco/falco.sock")]
    [InlineData("unix:/run/falco/falco.sock", "/run/falco/falco.sock")]
    [InlineData("https://falco:5060", null)]
    public void KnowsTheSocketsPath(string address, string? path) =>
        Assert.Equal(path, new GrpcSourceOptions { Address = address }.SocketPath);

    [Fact]
    public void IsSound_WithItsDefaultsOrWithMutualTls()
    {
        Assert.Null(new GrpcSourceOptions().Problem());
        Assert.Null(new GrpcSourceOptions { Address = "https://falco:5060", CertificateFile = "c", KeyFile = "k", CaFile = "a" }.Problem());
        Assert.Null(new GrpcSourceOptions { Enabled = false, Address = "nonsense" }.Problem());
    }

    [Theory]
    [InlineData("http://falco:5060", "mutual TLS only")]
    [InlineData("https://falco:5060", "sources.grpc.certificateFile")]
    [InlineData("falco:5060", "unix:///path or https://host:port")]
    [InlineData("/run/falco/falco.sock", "unix:///path or https://host:port")]
    [InlineData("unix://falco.sock", "whole path")]
    [InlineData("", "unix:///path or https://host:port")]
    public void SaysWhatIsWrong(string address, string sentence)
    {
        var problem = new GrpcSourceOptions { Address = address }.Problem();

        Assert.StartsWith("sources.grpc.address", problem, StringComparison.Ordinal);
        Assert.Contains(sentence, problem, StringComparison.Ordinal);
    }
}
