using FalcoStreamer.Configuration;
using FalcoStreamer.Sinks;
using FalcoStreamer.Sinks.Forward;
using FalcoStreamer.Sources.Http;

namespace FalcoStreamer.Tests.Sinks.Forward;

public sealed class ForwardSettingsTests
{
    [Fact]
    public void TakesAUrlAsItIs()
    {
        var settings = ForwardSettings.From(new ForwardOptions { Url = " https://sidekick:2801/falco?token=t " });

        Assert.Equal("https://sidekick:2801/falco?token=t", settings.Url.ToString());
        Assert.Equal("https://sidekick:2801/falco", settings.Receiver);
        Assert.Equal(TimeSpan.FromSeconds(10), settings.Timeout);
    }

    [Theory]
    [InlineData(null, "sinks.forward.url names no receiver")]
    [InlineData("", "sinks.forward.url names no receiver")]
    [InlineData("sidekick:2801", "sinks.forward.url is not an address")]
    [InlineData("ftp://sidekick", "sinks.forward.url is not an address")]
    [InlineData("http://user:secret@sidekick", "send credentials as headers")]
    public void NamesTheRemedy_WhenTheUrlIsWrong(string? url, string problem)
    {
        var exception = Assert.Throws<SinkSettingsException>(() => ForwardSettings.From(new ForwardOptions { Url = url }));

        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://s", null, "tls.crt", null, "sinks.forward.certificateFile is set alone")]
    [InlineData("https://s", null, null, "tls.key", "sinks.forward.keyFile is set alone")]
    [InlineData("http://s", "ca.pem", null, null, "sinks.forward.caFile is set, but sinks.forward.url is http://")]
    [InlineData("https://s", "/nowhere/ca.pem", null, null, "sinks.forward.caFile names /nowhere/ca.pem, which is not a readable PEM file")]
    public void NamesTheFile_WhenACertificateIsWrong(string url, string? authorities, string? certificate, string? key, string problem)
    {
        var options = new ForwardOptions { Url = url, CaFile = authorities, CertificateFile = certificate, KeyFile = key };

        Assert.StartsWith(problem, Assert.Throws<SinkSettingsException>(() => ForwardSettings.From(options)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("00:00:00")]
    [InlineData("02:00:00")]
    public void WantsATimeoutWithinReason(string timeout)
    {
        var options = new ForwardOptions { Url = "http://s", Timeout = TimeSpan.Parse(timeout, System.Globalization.CultureInfo.InvariantCulture) };

        Assert.StartsWith("sinks.forward.timeout is", Assert.Throws<SinkSettingsException>(() => ForwardSettings.From(options)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://0.0.0.0:2801", "http://127.0.0.1:2801/", true)]
    [InlineData("http://0.0.0.0:2801", "http://localhost:2801", true)]
    [InlineData("http://0.0.0.0:2801", "http://[::1]:2801", true)]
    [InlineData("http://[::]:2801", "https://127.0.0.1:2801", true)]
    [InlineData("http://localhost:2801", "http://127.0.0.1:2801", true)]
    [InlineData("http://10.0.0.7:2801", "http://10.0.0.7:2801", true)]
    [InlineData("http://0.0.0.0:2801", "http://0.0.0.0:2801", true)]
    [InlineData("http://10.0.0.7:2801", "http://127.0.0.1:2801", false)]
    [InlineData("http://127.0.0.1:2801", "http://10.0.0.7:2801", false)]
    [InlineData("http://0.0.0.0:2801", "http://127.0.0.1:2802", false)]
    [InlineData("http://0.0.0.0:2801", "http://falcosidekick.falco.svc:2801", false)]
    public void KnowsOurOwnPort(string source, string url, bool isLoop)
    {
        var forward = new ForwardOptions { Enabled = true, Url = url };

        Assert.Equal(isLoop, ForwardLoop.Exists(forward, new HttpSourceOptions { Address = source }));
        Assert.False(ForwardLoop.Exists(forward, new HttpSourceOptions { Address = source, Enabled = false }));
    }

    [Fact]
    public void KnowsThisHostsAddresses()
    {
        var address = System.Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(device => device.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .First(address => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork);

        Assert.True(ForwardLoop.Exists(new ForwardOptions { Enabled = true, Url = $"http://{address}:2801/" }, new HttpSourceOptions()));
    }
}
